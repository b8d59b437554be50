"""What stands in for a secret, in the languages and files that releases are made of.

Each form that falls back to a literal is told, and its honest twin (a reference, an error, a name)
is not.
"""

from __future__ import annotations

import os

import pytest

from atom_release.probes.default_secrets import scanner_of
from atom_release.source.scan import Fingerprints

LIVE: dict[str, tuple[str, str]] = {
    "ts ??": ("a.ts", "export const secret = process.env.JWT_SECRET ?? 'hushhush';\n"),
    "ts as string": ("a.ts", "const secret = (process.env.JWT_SECRET as string) || 'hushhush';\n"),
    "ts helper": ("a.ts", "const secret = getEnv('JWT_SECRET', 'hushhush');\n"),
    "ts ternary": (
        "a.ts",
        "const s = process.env.JWT_SECRET ? process.env.JWT_SECRET : 'hushhush';\n",
    ),
    "ts destruct": ("a.ts", "const { JWT_SECRET = 'hushhush', PORT = 3 } = process.env;\n"),
    "ts zod": (
        "a.ts",
        "const env = z.object({ JWT_SECRET: z.string().min(3).default('hushhush') }).parse(process.env);\n",
    ),
    "ts envalid": (
        "a.ts",
        "cleanEnv(process.env, { JWT_SECRET: str({ default: 'hushhush' }) });\n",
    ),
    "ts joi": ("a.ts", "Joi.object({ JWT_SECRET: Joi.string().default('hushhush') })\n"),
    "ts nest configService": ("a.ts", "this.config.get<string>('JWT_SECRET', 'hushhush')\n"),
    "ts nest ||": ("a.ts", "this.configService.get('JWT_SECRET') || 'hushhush'\n"),
    "ts const then": (
        "a.ts",
        "const DEFAULT_JWT_SECRET = 'hushhush';\nexport const secret = process.env.JWT_SECRET || DEFAULT_JWT_SECRET;\n",
    ),
    "ts let if": (
        "a.ts",
        "let jwtSecret = process.env.JWT_SECRET;\nif (!jwtSecret) {\n  jwtSecret = 'hushhush';\n}\n",
    ),
    "ts param default": ("a.ts", "function sign(p: object, secret: string = 'hushhush') {}\n"),
    "js nconf": ("a.js", "nconf.defaults({ jwtSecret: 'hushhush' });\n"),
    "js convict": (
        "a.js",
        "convict({ jwtSecret: { doc: 'x', format: String, default: 'hushhush', env: 'JWT_SECRET' } })\n",
    ),
    "js config default": ("config/default.json", '{"jwt": {"secret": "hushhush"}}\n'),
    "js multiline": ("a.js", "const secret =\n  process.env.JWT_SECRET ||\n  'hushhush';\n"),
    "js obj": (
        "a.js",
        "module.exports = {\n  jwtSecret: process.env.JWT_SECRET || 'hushhush',\n};\n",
    ),
    "js bracket": ("a.js", "process.env['SESSION_SECRET'] || \"hushhush\"\n"),
    "js session literal weak": (
        "a.js",
        "app.use(session({ secret: 'keyboard cat', resave: false }))\n",
    ),
    "js cookie-parser": ("a.js", "app.use(cookieParser('hushhush'))\n"),
    "js jwt literal weak": ("a.js", "const token = jwt.sign(user, 'hushhush');\n"),
    "js passport": ("a.js", "new JwtStrategy({ secretOrKey: 'hushhush' })\n"),
    "next auth": (
        "a.ts",
        "export default NextAuth({ secret: process.env.NEXTAUTH_SECRET || 'hushhush' })\n",
    ),
    "deno": ("a.ts", "const s = Deno.env.get('JWT_SECRET') ?? 'hushhush';\n"),
    "vite cfg": (
        "a.ts",
        "define: { 'process.env.API_SECRET': JSON.stringify(process.env.API_SECRET || 'hushhush') }\n",
    ),
    "go os.Getenv if": (
        "a.go",
        'secret := os.Getenv("JWT_SECRET")\nif secret == "" {\n\tsecret = "hushhush"\n}\n',
    ),
    "go len": (
        "a.go",
        'key := os.Getenv("JWT_SECRET")\nif len(key) == 0 {\n\tkey = "hushhush"\n}\n',
    ),
    "go helper": ("a.go", 'JWTSecret: getEnv("JWT_SECRET", "hushhush"),\n'),
    "go helper lower": ("a.go", 'secret := envOr("JWT_SECRET", "hushhush")\n'),
    "go viper default": ("a.go", 'viper.SetDefault("jwt.secret", "hushhush")\n'),
    "go tag": (
        "a.go",
        'type C struct {\n\tJWTSecret string `env:"JWT_SECRET" envDefault:"hushhush"`\n}\n',
    ),
    "go envconfig": ("a.go", 'JWTSecret string `envconfig:"JWT_SECRET" default:"hushhush"`\n'),
    "go cmp.Or": ("a.go", 'secret := cmp.Or(os.Getenv("JWT_SECRET"), "hushhush")\n'),
    "go lookup": (
        "a.go",
        'secret, ok := os.LookupEnv("JWT_SECRET")\nif !ok {\n\tsecret = "hushhush"\n}\n',
    ),
    "go flag": ("a.go", 'flag.StringVar(&secret, "jwt-secret", "hushhush", "x")\n'),
    "go var byte": ("a.go", 'var jwtSecret = []byte("hushhush")\n'),
    "go const": ("a.go", 'const jwtSecret = "hushhush"\n'),
    "ruby fetch": ("a.rb", "ENV.fetch('SECRET_KEY_BASE', 'hushhush')\n"),
    "ruby fetch block": ("a.rb", "ENV.fetch('SECRET_KEY_BASE') { 'hushhush' }\n"),
    "ruby ||": ("a.rb", "SECRET = ENV['JWT_SECRET'] || 'hushhush'\n"),
    "ruby ||=": ("a.rb", "ENV['JWT_SECRET'] ||= 'hushhush'\n"),
    "ruby const": ("a.rb", "JWT_SECRET = 'hushhush'.freeze\n"),
    "ruby presence": ("a.rb", "ENV['JWT_SECRET'].presence || 'hushhush'\n"),
    "erb": ("config/database.yml", "  password: <%= ENV.fetch('DB_PASSWORD', 'hushhush') %>\n"),
    "java optional": (
        "a.java",
        'Optional.ofNullable(System.getenv("JWT_SECRET")).orElse("hushhush")\n',
    ),
    "java getOrDefault": ("a.java", 'System.getenv().getOrDefault("JWT_SECRET", "hushhush")\n'),
    "java value": ("a.java", '@Value("${jwt.secret:hushhush}") private String secret;\n'),
    "java property": ("a.java", 'System.getProperty("jwt.secret", "hushhush")\n'),
    "java ternary": (
        "a.java",
        'String s = System.getenv("JWT_SECRET") != null ? System.getenv("JWT_SECRET") : "hushhush";\n',
    ),
    "java static final": ("a.java", 'private static final String JWT_SECRET = "hushhush";\n'),
    "java configprop": (
        "a.java",
        '@ConfigProperty(name = "jwt.secret", defaultValue = "hushhush") String s;\n',
    ),
    "java null if": (
        "a.java",
        'String secret = System.getenv("JWT_SECRET");\nif (secret == null) {\n  secret = "hushhush";\n}\n',
    ),
    "java null||empty": (
        "a.java",
        'if (secret == null || secret.isEmpty()) { secret = "hushhush"; }\n',
    ),
    "spring yml": ("application.yml", "jwt:\n  secret: ${JWT_SECRET:hushhush}\n"),
    "kt elvis": ("a.kt", 'val secret = System.getenv("JWT_SECRET") ?: "hushhush"\n'),
    "kt env hocon": ("application.conf", 'jwt { secret = "hushhush"\n secret = ${?JWT_SECRET} }\n'),
    "scala sys.env": ("a.scala", 'val s = sys.env.getOrElse("JWT_SECRET", "hushhush")\n'),
    "cs ??": (
        "a.cs",
        'var key = Environment.GetEnvironmentVariable("JWT_SECRET") ?? "hushhush";\n',
    ),
    "cs config": ("a.cs", 'var key = builder.Configuration["Jwt:Secret"] ?? "hushhush";\n'),
    "cs getvalue": ("a.cs", 'config.GetValue<string>("Jwt:Secret", "hushhush")\n'),
    "cs GetValue 2": ("a.cs", 'config.GetValue("JwtSecret", "hushhush")\n'),
    "cs prop init": ("a.cs", 'public string JwtSecret { get; set; } = "hushhush";\n'),
    "cs isnull": ("a.cs", 'if (string.IsNullOrEmpty(secret)) secret = "hushhush";\n'),
    "cs appsettings": (
        "appsettings.json",
        '{"Jwt": {"Secret": "hushhush", "ApiKey":"hush-hush"}}\n',
    ),
    "php ?:": ("a.php", "$s = getenv('JWT_SECRET') ?: 'hushhush';\n"),
    "php ??": ("a.php", "$s = $_ENV['JWT_SECRET'] ?? 'hushhush';\n"),
    "php env": ("a.php", "'secret' => env('JWT_SECRET', 'hushhush'),\n"),
    "php symfony param": ("services.yaml", "parameters:\n  env(JWT_SECRET): hushhush\n"),
    "rust unwrap_or": (
        "a.rs",
        'let s = env::var("JWT_SECRET").unwrap_or("hushhush".to_string());\n',
    ),
    "rust unwrap_or_else": (
        "a.rs",
        'let s = std::env::var("JWT_SECRET").unwrap_or_else(|_| "hushhush".into());\n',
    ),
    "rust clap": (
        "a.rs",
        '#[arg(long, env = "JWT_SECRET", default_value = "hushhush")]\njwt_secret: String,\n',
    ),
    "rust option_env": (
        "a.rs",
        'const S: &str = match option_env!("JWT_SECRET") { Some(s) => s, None => "hushhush" };\n',
    ),
    "elixir": ("runtime.exs", 'secret = System.get_env("SECRET_KEY_BASE") || "hushhush"\n'),
    "elixir 2": (
        "config.exs",
        'config :a, secret: System.get_env("SECRET_KEY_BASE", "hushhush")\n',
    ),
    "perl": ("a.pl", "my $s = $ENV{JWT_SECRET} // 'hushhush';\n"),
    "lua": ("a.lua", "local s = os.getenv('JWT_SECRET') or 'hushhush'\n"),
    "dart": (
        "a.dart",
        "const s = String.fromEnvironment('JWT_SECRET', defaultValue: 'hushhush');\n",
    ),
    "swift": (
        "a.swift",
        'let s = ProcessInfo.processInfo.environment["JWT_SECRET"] ?? "hushhush"\n',
    ),
    "haskell": ("a.hs", 's <- fromMaybe "hushhush" <$> lookupEnv "JWT_SECRET"\n'),
    "clojure": ("a.clj", '(def s (or (System/getenv "JWT_SECRET") "hushhush"))\n'),
    "clojure env": ("a.clj", '(env :jwt-secret "hushhush")\n'),
    "c++": (
        "a.cpp",
        'const char* s = std::getenv("JWT_SECRET") ? std::getenv("JWT_SECRET") : "hushhush";\n',
    ),
    "c getenv null": ("a.c", 'char *s = getenv("JWT_SECRET");\nif (!s) s = "hushhush";\n'),
    "sh :-": ("a.sh", "JWT_SECRET=${JWT_SECRET:-hushhush}\n"),
    "sh :=": ("a.sh", ': "${JWT_SECRET:=hushhush}"\n'),
    "sh if -z": ("a.sh", 'if [ -z "$JWT_SECRET" ]; then\n  JWT_SECRET=hushhush\nfi\n'),
    "sh export": ("a.sh", '[ -z "$JWT_SECRET" ] && export JWT_SECRET=hushhush\n'),
    "ps": ("a.ps1", "$secret = if ($env:JWT_SECRET) { $env:JWT_SECRET } else { 'hushhush' }\n"),
    "make": ("Makefile", "JWT_SECRET ?= hushhush\n"),
    "docker ENV": ("Dockerfile", "ENV JWT_SECRET=hushhush\n"),
    "docker ARG": ("Dockerfile", "ARG DB_PASSWORD=hushhush\n"),
    "docker ENV cont": ("Dockerfile", "ENV PORT=80 \\\n    JWT_SECRET=hushhush\n"),
    "compose list": (
        "docker-compose.yml",
        "services:\n  a:\n    environment:\n      - JWT_SECRET=hushhush\n",
    ),
    "compose default": (
        "compose.yml",
        "services:\n  a:\n    environment:\n      JWT_SECRET: ${JWT_SECRET-hushhush}\n",
    ),
    "compose pg": (
        "docker-compose.yml",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: postgres\n",
    ),
    "compose mysql": (
        "docker-compose.yml",
        "services:\n  db:\n    environment:\n      MYSQL_ROOT_PASSWORD: root\n",
    ),
    "compose minio": (
        "docker-compose.yml",
        "services:\n  s:\n    environment:\n      MINIO_ROOT_PASSWORD: minioadmin\n",
    ),
    "compose rabbit": (
        "docker-compose.yml",
        "services:\n  s:\n    environment:\n      - RABBITMQ_DEFAULT_PASS=guest\n",
    ),
    "compose quoted": (
        "docker-compose.yml",
        'services:\n  s:\n    environment:\n      - "GF_SECURITY_ADMIN_PASSWORD=admin"\n',
    ),
    "compose redis cmd": (
        "docker-compose.yml",
        "services:\n  s:\n    command: redis-server --requirepass hushhush\n",
    ),
    "k8s env": ("d.yaml", "env:\n  - name: JWT_SECRET\n    value: hushhush\n"),
    "k8s env quoted": ("d.yaml", 'env:\n  - name: "JWT_SECRET"\n    value: "hushhush"\n'),
    "k8s flow": ("d.yaml", "env: [{name: JWT_SECRET, value: hushhush}]\n"),
    "k8s value first": ("d.yaml", "env:\n  - value: hushhush\n    name: JWT_SECRET\n"),
    "k8s stringData": (
        "s.yaml",
        "kind: Secret\nstringData:\n  jwt-secret: hushhush\n  password: hushhush\n",
    ),
    "k8s data b64 weak": ("s.yaml", "kind: Secret\ndata:\n  password: aHVzaGh1c2g=\n"),
    "k8s configmap": ("c.yaml", "kind: ConfigMap\ndata:\n  JWT_SECRET: hushhush\n"),
    "k8s json": ("d.json", '{"env":[{"name":"JWT_SECRET","value":"hushhush"}]}\n'),
    "helm values": ("values.yaml", "auth:\n  jwtSecret: hushhush\n  adminPassword: admin\n"),
    "helm tpl default": (
        "templates2/d.yaml",
        'value: {{ .Values.jwtSecret | default "hushhush" | quote }}\n',
    ),
    "ansible default": (
        "r.yml",
        "db_password: \"{{ vault_db_password | default('hushhush') }}\"\n",
    ),
    "ansible lookup": (
        "r.yml",
        "db_password: \"{{ lookup('env', 'DB_PASSWORD') | default('hushhush', true) }}\"\n",
    ),
    "tf var default": (
        "v.tf",
        'variable "db_password" {\n  type = string\n  default = "hushhush"\n}\n',
    ),
    "cfn": (
        "c.yaml",
        "Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\n    Default: hushhush\n",
    ),
    "bicep": ("a.bicep", "param adminPassword string = 'hushhush'\n"),
    "nomad": ("a.nomad", 'env {\n  JWT_SECRET = "hushhush"\n}\n'),
    "systemd": ("a.service", "Environment=JWT_SECRET=hushhush\n"),
    "supervisor": ("a.ini", 'environment=JWT_SECRET="hushhush",PORT=1\n'),
    "pm2": (
        "ecosystem.config.js",
        "module.exports = { apps: [{ env: { JWT_SECRET: 'hushhush' } }] };\n",
    ),
    "serverless": ("serverless.yml", "environment:\n  JWT_SECRET: ${env:JWT_SECRET, 'hushhush'}\n"),
    "procfile": ("app.json", '{"env":{"JWT_SECRET":{"value":"hushhush"}}}\n'),
    "fly": ("fly.toml", '[env]\n  JWT_SECRET = "hushhush"\n'),
    "wrangler": ("wrangler.toml", '[vars]\nJWT_SECRET = "hushhush"\n'),
    "render": ("render.yaml", "envVars:\n  - key: JWT_SECRET\n    value: hushhush\n"),
    "app yaml": ("app.yaml", "env_variables:\n  JWT_SECRET: hushhush\n"),
    "ecs taskdef": (
        "task.json",
        '{"containerDefinitions":[{"environment":[{"name":"DB_PASSWORD","value":"hushhush"}]}]}\n',
    ),
    "vagrant": ("Vagrantfile", "config.vm.provision 'shell', env: {'DB_PASSWORD' => 'hushhush'}\n"),
    "py if not": (
        "a.py",
        "import os\nSECRET = os.environ.get('JWT_SECRET')\nif not SECRET:\n    SECRET = 'hushhush'\n",
    ),
    "py none": (
        "a.py",
        "import os\ndef f():\n    secret = os.getenv('JWT_SECRET')\n    if secret is None:\n        secret = 'hushhush'\n    return secret\n",
    ),
    "py try": (
        "a.py",
        "import os\ntry:\n    SECRET_KEY = os.environ['SECRET_KEY']\nexcept KeyError:\n    SECRET_KEY = 'hushhush'\n",
    ),
    "py in environ": (
        "a.py",
        "import os\nSECRET_KEY = os.environ['SECRET_KEY'] if 'SECRET_KEY' in os.environ else 'hushhush'\n",
    ),
    "py decouple": (
        "a.py",
        "from decouple import config\nSECRET_KEY = config('SECRET_KEY', default='hushhush')\n",
    ),
    "py environs": ("a.py", "SECRET_KEY = env.str('SECRET_KEY', 'hushhush')\n"),
    "py dynaconf": ("a.py", "SECRET_KEY = settings.get('SECRET_KEY', 'hushhush')\n"),
    "py dict get": ("a.py", "app.config.get('SECRET_KEY', 'hushhush')\n"),
    "py flask assign": ("a.py", "app.config['SECRET_KEY'] = 'hushhush'\n"),
    "py app.secret_key": ("a.py", "app.secret_key = 'hushhush'\n"),
    "py flask or": (
        "a.py",
        "app.config['SECRET_KEY'] = os.environ.get('SECRET_KEY') or 'hushhush'\n",
    ),
    "py update": ("a.py", "app.config.update(SECRET_KEY='hushhush', DEBUG=True)\n"),
    "py from_mapping": ("a.py", "app.config.from_mapping(SECRET_KEY='hushhush')\n"),
    "py dataclass": ("a.py", "@dataclass\nclass C:\n    jwt_secret: str = 'hushhush'\n"),
    "py default_factory": (
        "a.py",
        "class C(BaseModel):\n    jwt_secret: str = Field(default_factory=lambda: os.getenv('JWT_SECRET', 'hushhush'))\n",
    ),
    "py argparse": ("a.py", "p.add_argument('--jwt-secret', default='hushhush')\n"),
    "py click": (
        "a.py",
        "@click.option('--jwt-secret', envvar='JWT_SECRET', default='hushhush')\ndef f(jwt_secret): pass\n",
    ),
    "py self attr": (
        "a.py",
        "class A:\n    def __init__(self):\n        self.jwt_secret = 'hushhush'\n",
    ),
    "py jwt encode weak": (
        "a.py",
        "import jwt\njwt.encode({'a':1}, 'hushhush', algorithm='HS256')\n",
    ),
    "py dict literal": ("a.py", "CONFIG = {'jwt_secret': 'hushhush'}\n"),
    "py kwargs connect": ("a.py", "psycopg2.connect(host='db', user='app', password='hushhush')\n"),
    "ini interpol": ("a.ini", "[app]\nsecret_key = hushhush\n"),
    "toml": ("config.toml", '[auth]\njwt_secret = "hushhush"\n'),
    "json config": ("config/production.json", '{"auth": {"jwtSecret": "hushhush"}}\n'),
    "properties": (
        "application.properties",
        "jwt.secret=hushhush\nspring.datasource.password=hushhush\n",
    ),
    "xml": (
        "persistence.xml",
        '<property name="javax.persistence.jdbc.password" value="hushhush"/>\n',
    ),
    "gradle": ("a.gradle", "def secret = System.getenv('JWT_SECRET') ?: 'hushhush'\n"),
}
HONEST: dict[str, tuple[str, str]] = {
    "empty defaults": (
        "a.ts",
        "process.env.JWT_SECRET || ''\nprocess.env.JWT_SECRET ?? undefined\ngetEnv('JWT_SECRET', '')\n",
    ),
    "throw": (
        "a.ts",
        "const s = process.env.JWT_SECRET ?? fail('JWT_SECRET missing');\nif (!secret) { throw new Error('secret required') }\n",
    ),
    "name not secret": (
        "a.ts",
        "process.env.SECRET_NAME || 'app-secret'\nprocess.env.TOKEN_URL || 'https://a/b'\nprocess.env.TOKEN_TTL || '3600'\nprocess.env.KEY_FILE ?? './k.pem'\nprocess.env.PASSWORD_MIN_LENGTH || '12'\n",
    ),
    "public key env": (
        "a.ts",
        "process.env.STRIPE_PUBLIC_KEY || 'pk_test_abc'\nprocess.env.RECAPTCHA_SITE_KEY || 'abcdefgh'\n",
    ),
    "token type": (
        "a.go",
        'tokenType := getEnv("TOKEN_TYPE", "Bearer")\nalg := getEnv("JWT_ALG", "HS256")\nkid := getEnv("KEY_ID", "main")\n',
    ),
    "go err": (
        "a.go",
        'secret := os.Getenv("JWT_SECRET")\nif secret == "" {\n\tlog.Fatal("JWT_SECRET is required")\n}\n',
    ),
    "go err ret": (
        "a.go",
        'if secret == "" {\n\treturn errors.New("secret must not be empty")\n}\n',
    ),
    "rb raise": ("a.rb", "ENV.fetch('SECRET_KEY_BASE') { raise 'missing' }\n"),
    "rb key err": ("a.rb", "ENV['JWT_SECRET'] || abort('JWT_SECRET not set')\n"),
    "java throws": (
        "a.java",
        'Optional.ofNullable(System.getenv("JWT_SECRET")).orElseThrow(() -> new IllegalStateException("JWT_SECRET missing"));\n',
    ),
    "cs nameof": (
        "a.cs",
        'config["Jwt:Secret"] ?? throw new Exception("Jwt:Secret missing");\npublic string ApiKey { get; set; } = string.Empty;\npublic string Password { get; set; } = "";\n',
    ),
    "k8s ref": (
        "d.yaml",
        "env:\n- name: JWT_SECRET\n  valueFrom:\n    secretKeyRef: {name: a, key: jwt}\n- name: LOG\n  value: debug\n",
    ),
    "k8s path": (
        "d.yaml",
        "env:\n- name: JWT_SECRET_FILE\n  value: /run/secrets/jwt\n- name: TOKEN_PATH\n  value: /var/run/x\n- name: JWT_SECRET\n  value: $(JWT_SECRET_REF)\n- name: SECRET_NAME\n  value: app-secret\n",
    ),
    "compose file": (
        "docker-compose.yml",
        "services:\n  a:\n    environment:\n      JWT_SECRET_FILE: /run/secrets/jwt\n      - JWT_SECRET\n      DB_PASSWORD: ${DB_PASSWORD:?}\n",
    ),
    "tf": (
        "v.tf",
        'variable "db_password" {\n  default = null\n}\nvariable "secret_name" {\n default = "app"\n}\n',
    ),
    "make ref": (
        "Makefile",
        "JWT_SECRET ?= $(shell openssl rand -hex 32)\nTOKEN ?= $(GITHUB_TOKEN)\n",
    ),
    "py none": (
        "a.py",
        "SECRET = os.getenv('JWT_SECRET', None)\nT = os.environ.get('TOKEN', '')\nif not SECRET:\n    raise RuntimeError('JWT_SECRET missing')\n",
    ),
    "py gen": ("a.py", "SECRET = os.getenv('JWT_SECRET') or secrets.token_hex(32)\n"),
    "py err return": (
        "a.py",
        "def f():\n    secret = os.getenv('JWT_SECRET')\n    if not secret:\n        return 'JWT_SECRET is not set'\n",
    ),
    "py names": (
        "a.py",
        "SECRET_NAME = 'app-secret'\nTOKEN_HEADER = 'X-Auth-Token'\ntoken_type = 'bearer'\nPASSWORD_FIELD = 'password'\n",
    ),
    "py click prompt": (
        "a.py",
        "@click.option('--password', prompt=True, hide_input=True)\ndef f(password): pass\np.add_argument('--token', default=None)\np.add_argument('--token-file', default='token.txt')\n",
    ),
    "py dict labels": (
        "a.py",
        "LABELS = {'password': 'Your password', 'token': 'Token'}\nERR = {'invalid_token': 'Token invalid'}\nform = {'password': 'required'}\n",
    ),
    "py test pw": ("tests/conftest.py", "app.config['SECRET_KEY'] = 'test'\n"),
    "py jwt dec": (
        "a.py",
        "jwt.decode(t, key, algorithms=['HS256'])\nhmac.new(key, m, 'sha256')\njwt.encode(p, private_key, algorithm='RS256')\n",
    ),
    "js cookie name": (
        "a.js",
        "app.use(session({ name: 'sid', secret: process.env.SESSION_SECRET }))\nres.cookie('token', t)\nreq.cookies['session-token']\n",
    ),
    "vue i18n": (
        "locale/en.js",
        "export default { password: 'Password', token: 'Access token', apiKey: 'API key' }\n",
    ),
    "ts enums": (
        "a.ts",
        "enum Keys { AccessToken = 'access_token', Password = 'password' }\nconst KEYS = { TOKEN: 'app.token', SECRET: 'app.secret' };\n",
    ),
    "ts form": (
        "a.ts",
        "const initial = { email: '', password: '' };\nschema = { password: 'string|min:8' };\n",
    ),
    "go json tags": (
        "a.go",
        'type L struct {\n\tPassword string `json:"password" validate:"required,min=8"`\n\tToken string `json:"token" default:""`\n}\n',
    ),
    "spring empty": (
        "application.yml",
        "jwt:\n  secret: ${JWT_SECRET:}\n  expiration: ${JWT_EXP:3600}\ntoken-uri: ${TOKEN_URI:http://a/b}\n",
    ),
    "php": (
        "a.php",
        "'secret' => env('JWT_SECRET'),\n'password' => env('DB_PASSWORD', ''),\n'password' => 'required|string|min:8',\n'passwords' => 'users',\n",
    ),
    "laravel auth": (
        "config/auth.php",
        "'defaults' => ['guard' => 'web', 'passwords' => 'users'],\n'driver' => 'token',\n",
    ),
    "i18n props": (
        "messages.properties",
        "login.password=Password\nlogin.token=Token\nerror.password=Wrong password\nlabel.secret=Secret\n",
    ),
    "i18n yaml": (
        "locales/fr.yml",
        "fr:\n  password: Mot de passe\n  login:\n    password: Motdepasse\n    api_key: Clé\n",
    ),
    "i18n fr props": ("messages_fr.properties", "password=Motdepasse\n"),
    "openapi": ("openapi.yaml", "password:\n  type: string\n  format: password\ntoken: string\n"),
    "gha perms": (
        "action.yml",
        "inputs:\n  github-token:\n    description: token\n    default: ${{ github.token }}\n  password:\n    description: pw\n    required: true\n",
    ),
    "prom cfg": (
        "prometheus.yml",
        "authorization:\n  credentials_file: /etc/token\nbearer_token_file: /x\n",
    ),
    "terraform attr": ("a.tf", 'key = "terraform.tfstate"\nkey = "Name"\nhash_key = "LockID"\n'),
    "eslint": (".eslintrc.yml", "rules:\n  no-secret: error\n  password: warn\n"),
    "yaml types": (
        "schema.yaml",
        "properties:\n  password: string\n  token: {type: string}\n  api_key: uuid\n",
    ),
    "sqlfluff": (
        "a.cfg",
        "[a]\ntokenizer = x\npassword_hasher = bcrypt\nsecret_backend = vault\ntoken_backend = redis\n",
    ),
    "alembic": ("alembic.ini", "sqlalchemy.url = driver://user:pass@localhost/dbname\n"),
    "spec default": ("spec/config.rb", "ENV['JWT_SECRET'] ||= 'x'\n"),
}


def _deciding(path: str, content: str) -> list[str]:
    scanner = scanner_of(Fingerprints(os.urandom(32)), [])
    return [finding.description for finding in scanner(path, content.encode()) if finding.decides]


@pytest.mark.parametrize("name", LIVE)
def test_what_stands_in_for_a_secret_is_told(name: str) -> None:
    path, content = LIVE[name]
    assert _deciding(path, content)


@pytest.mark.parametrize("name", HONEST)
def test_a_reference_an_error_or_a_name_is_no_default(name: str) -> None:
    path, content = HONEST[name]
    assert _deciding(path, content) == []
