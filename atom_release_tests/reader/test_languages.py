"""Hand-written reports in every language of the lexicon, and what a native reader takes from them.

A test of the data files: their form is checked of all, their words by sentences that stand for how
people there report. A new language is a file and its sentences here.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import read_report, vocabulary
from atom_release.reader.vocabulary import lexicon
from atom_release.reader.words import status_of

LANGUAGES = (
    "ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nl",
    "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
FULL = (
    "ar", "cs", "de", "en", "es", "fr", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "vi", "zh",
)  # fmt: skip


def _counts(passed: int, failed: int, skipped: int | None, total: int) -> dict[str, int | None]:
    return {"passed": passed, "failed": failed, "skipped": skipped, "total": total}


REPORTS: list[tuple[str, str, dict[str, Any]]] = [
    ("en", "# Router\n\n**Status:** ✅ Approved for release\n**Report Date:** 5 June 2025\n**Branch:** feat/dock\n", {"status": "PASS", "date": "2025-06-05", "branch": "feat/dock"}),
    ("en", "# Router\n\n**Overall Status:** Mostly done\n\n## Test Results\n- Total tests: 1,204\n- Passed: 1,200\n- Failed: 4\n", {"status": "PARTIAL", "tests": _counts(1200, 4, None, 1204)}),
    ("en", "# Router\n\n**Status:** Not ready for production\n", {"status": "FAIL"}),
    ("en", "# Router\n\n**Status:** Waiting for the network team\n", {"status": "BLOCKED"}),
    ("de", "# Abschlussbericht\n\n**Status:** Erfolgreich abgeschlossen\n**Datum:** 3. März 2026\n\n## Testergebnisse\n- Bestanden: 41\n- Fehlgeschlagen: 0\n- Übersprungen: 2\n", {"status": "PASS", "date": "2026-03-03", "tests": _counts(41, 0, 2, 43)}),
    ("de", "# Bericht\n\n**Gesamtstatus:** Weitgehend abgeschlossen\n**Stand:** 07.05.2025\n\n## Geänderte Dateien\n- `src/lager.py` - neue Sortierung\n", {"status": "PARTIAL", "date": "2025-05-07", "deliverables": ["src/lager.py"]}),
    ("de", "# Bericht\n\n**Status:** Nicht bestanden\n\n## Tests\n\n18 von 20 Tests bestanden\n", {"status": "FAIL", "tests": {"passed": 18, "failed": None, "skipped": None, "total": 20}}),
    ("de", "# Bericht\n\n**Status:** Blockiert durch fehlende Zugangsdaten\n", {"status": "BLOCKED"}),
    ("es", "# Informe\n\n**Estado:** Aprobado\n**Fecha:** 7 de marzo de 2026\n**Rama:** feat/muelle\n\n## Pruebas\n- Total de pruebas: 30\n- Exitosas: 29\n- Fallidas: 1\n", {"status": "PASS", "date": "2026-03-07", "branch": "feat/muelle", "tests": _counts(29, 1, None, 30)}),
    ("es", "# Informe\n\n**Estado general:** En desarrollo\n\n## Archivos creados\n- `app/ruta.ts` - rutas\n", {"status": "PARTIAL", "deliverables": ["app/ruta.ts"]}),
    ("es", "# Informe\n\n**Estado:** Rechazado\n**Cobertura de código:** 71,5 %\n", {"status": "FAIL", "coverage": 71.5}),
    ("es", "# Informe\n\n**Estado:** Bloqueado por el proveedor\n", {"status": "BLOCKED"}),
    ("pt", "# Relatório\n\n**Status:** Concluído com sucesso\n**Data:** 02/03/2026\n\n## Testes\n- Total de testes: 12\n- Aprovados: 12\n- Falhas: 0\n", {"status": "PASS", "date": "2026-03-02", "tests": _counts(12, 0, 0, 12)}),
    ("pt", "# Relatório\n\n**Situação:** Em andamento\n\n## Arquivos alterados\n| Arquivo | Alteração |\n|---|---|\n| `api/doca.go` | nova rota |\n", {"status": "PARTIAL", "deliverables": ["api/doca.go"]}),
    ("pt", "# Relatório\n\n**Status:** Reprovado\n", {"status": "FAIL"}),
    ("pt", "# Relatório\n\n**Status:** Aguardando aprovação do cliente\n", {"status": "BLOCKED"}),
    ("fr", "# Rapport\n\n**Statut :** Terminé\n**Date :** 14 juillet 2025\n\n## Résultats des tests\n- Total des tests : 8\n- Réussis : 7\n- Échoués : 1\n", {"status": "PASS", "date": "2025-07-14", "tests": _counts(7, 1, None, 8)}),
    ("fr", "# Rapport\n\n**Statut global :** Partiellement terminé\n\n## Fichiers modifiés\n- `src/quai.rs` : tri\n", {"status": "PARTIAL", "deliverables": ["src/quai.rs"]}),
    ("fr", "# Rapport\n\n**Statut :** Échec\n", {"status": "FAIL"}),
    ("fr", "# Rapport\n\n**Statut :** Bloqué\n\n## Performance\n- Temps de réponse : 42 ms\n", {"status": "BLOCKED", "latency": [42.0]}),
    ("zh", "# 报告\n\n**项目状态**：✅ 已完成\n**完成日期**：2026年3月7日\n\n## 测试结果\n- 总用例数：30\n- 通过：29\n- 失败：1\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30)}),
    ("zh", "# 报告\n\n**状态**: 部分完成\n\n## 修改的文件\n- `src/dock.ts` - 排序\n", {"status": "PARTIAL", "deliverables": ["src/dock.ts"]}),
    ("zh", "# 报告\n\n**测试结论**: 不通过\n**代码覆盖率**: 85.5%\n", {"status": "FAIL", "coverage": 85.5}),
    ("zh", "# 报告\n\n**状态**: 阻塞\n", {"status": "BLOCKED"}),
    ("ja", "# 完了報告\n\n**ステータス**: 完了\n**作業日**: 2026年3月7日\n**ブランチ**: feat/dock\n\n## テスト結果\n- 総テスト数: 20\n- 成功: 19\n- 失敗: 1\n", {"status": "PASS", "date": "2026-03-07", "branch": "feat/dock", "tests": _counts(19, 1, None, 20)}),
    ("ja", "# 報告\n\n**状態**: 進行中\n\n## 変更ファイル\n- `src/dock.ts` - 並べ替え\n", {"status": "PARTIAL", "deliverables": ["src/dock.ts"]}),
    ("ja", "# 報告\n\n**判定**: 不合格\n**カバレッジ**: 77%\n", {"status": "FAIL", "coverage": 77.0}),
    ("ja", "# 報告\n\n**ステータス**: 保留\n", {"status": "BLOCKED"}),
    ("sv", "# Rapport\n\n**Status:** Godkänd\n**Datum:** 3 maj 2026\n\n## Testresultat\n- Totalt antal tester: 10\n- Godkända: 9\n- Misslyckade: 1\n", {"status": "PASS", "date": "2026-05-03", "tests": _counts(9, 1, None, 10)}),
    ("sv", "# Rapport\n\n**Status:** Underkänd\n", {"status": "FAIL"}),
    ("id", "# Laporan\n\n**Status:** Selesai\n**Tanggal:** 3 Mei 2026\n\n## Hasil Pengujian\n- Total tes: 10\n- Lulus: 9\n- Gagal: 1\n", {"status": "PASS", "date": "2026-05-03", "tests": _counts(9, 1, None, 10)}),
    ("id", "# Laporan\n\n**Status:** Belum selesai\n", {"status": "PARTIAL"}),
    ("fa", "# گزارش\n\nوضعیت: تکمیل شد\nتاریخ: 2026-03-07\n", {"status": "PASS", "date": "2026-03-07"}),
    ("fa", "# گزارش\n\nوضعیت: ناموفق\n", {"status": "FAIL"}),
    ("ru", "# Отчёт о завершении\n\n**Статус:** ✅ Завершено\n**Дата:** 7 марта 2026\n**Ветка:** feat/dock\n\n## Результаты тестирования\n- Всего тестов: 30\n- Пройдено: 29\n- Провалено: 1\n\n## Изменённые файлы\n- `src/dock.py` - сортировка\n", {"status": "PASS", "date": "2026-03-07", "branch": "feat/dock", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("ru", "# Отчёт\n\n**Общий статус:** Частично выполнено\n**Покрытие кода:** 71,5 %\n", {"status": "PARTIAL", "coverage": 71.5}),
    ("ru", "# Отчёт\n\n**Статус:** Не готово к релизу\n", {"status": "FAIL"}),
    ("ru", "# Отчёт\n\n**Статус:** Заблокировано поставщиком\n", {"status": "BLOCKED"}),
    ("ko", "# 완료 보고서\n\n**상태:** ✅ 완료\n**작성일:** 2026년 3월 7일\n**브랜치:** feat/dock\n\n## 테스트 결과\n- 총 테스트: 30\n- 통과: 29\n- 실패: 1\n\n## 수정된 파일\n- `src/dock.py` - 정렬\n", {"status": "PASS", "date": "2026-03-07", "branch": "feat/dock", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("ko", "# 보고서\n\n**전체 상태:** 완료되지 않음\n\n## 성능\n- 응답 시간: 평균 42ms\n", {"status": "PARTIAL", "latency": [42.0]}),
    ("ko", "# 보고서\n\n**판정:** 불합격\n**코드 커버리지:** 77%\n", {"status": "FAIL", "coverage": 77.0}),
    ("ko", "# 보고서\n\n**상태:** 보류\n", {"status": "BLOCKED"}),
    ("it", "# Rapporto\n\n**Stato:** ✅ Completato\n**Data:** 7 marzo 2026\n\n## Risultati dei test\n- Totale test: 30\n- Superati: 29\n- Falliti: 1\n\n## File modificati\n- `src/dock.py` - ordina\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("it", "# Rapporto\n\n**Esito:** Non superato\n", {"status": "FAIL"}),
    ("it", "# Rapporto\n\n**Stato:** In corso\n", {"status": "PARTIAL"}),
    ("vi", "# Báo cáo\n\n**Trạng thái:** ✅ Hoàn thành\n**Ngày:** 07/03/2026\n\n## Kết quả kiểm thử\n- Tổng số test: 30\n- Đạt: 29\n- Thất bại: 1\n\n## Các file đã sửa\n- `src/dock.py` - sắp xếp\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("vi", "# Báo cáo\n\n**Trạng thái:** Chưa hoàn thành\n", {"status": "PARTIAL"}),
    ("vi", "# Báo cáo\n\n**Kết quả:** Không đạt\n", {"status": "FAIL"}),
    ("tr", "# Rapor\n\n**Durum:** ✅ Tamamlandı\n**Tarih:** 7 Mart 2026\n\n## Test Sonuçları\n- Toplam test: 30\n- Başarılı: 29\n- Başarısız: 1\n\n## Değiştirilen Dosyalar\n- `src/dock.py` - sıralar\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("tr", "# Rapor\n\n**Durum:** Başarısız\n", {"status": "FAIL"}),
    ("tr", "# Rapor\n\n**Durum:** Devam ediyor\n", {"status": "PARTIAL"}),
    ("nl", "# Verslag\n\n**Status:** ✅ Voltooid\n**Datum:** 7 maart 2026\n\n## Testresultaten\n- Totaal aantal tests: 30\n- Geslaagd: 29\n- Mislukt: 1\n\n## Gewijzigde bestanden\n- `src/dock.py` - sorteert\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("nl", "# Verslag\n\n**Status:** Niet geslaagd\n", {"status": "FAIL"}),
    ("nl", "# Verslag\n\n**Status:** Gedeeltelijk afgerond\n", {"status": "PARTIAL"}),
    ("pl", "# Raport\n\n**Status:** ✅ Zakończono pomyślnie\n**Data:** 7 marca 2026\n\n## Wyniki testów\n- Liczba testów: 30\n- Zaliczone: 29\n- Niezaliczone: 1\n\n## Zmienione pliki\n- `src/dock.py` - sortuje\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("pl", "# Raport\n\n**Status:** W toku\n", {"status": "PARTIAL"}),
    ("pl", "# Raport\n\n**Status:** Odrzucono\n", {"status": "FAIL"}),
    ("it", "# Rapporto\n\n**Stato globale:** Completato parzialmente\n**Versione software:** 2.4.0\n\n## Test\n\n28 di 30 test superati\n", {"status": "PARTIAL", "tests": {"passed": 28, "failed": None, "skipped": None, "total": 30}}),
    ("it", "# Rapporto\n\n**Stato dei lavori:** in corso\n\n## Elenco dei file modificati\n\n- `src/molo.py` - ordina\n", {"deliverables": ["src/molo.py"]}),
    ("ko", "# 보고서\n\n**최종 상태:** 완료되었습니다\n**작성 일자:** 2026-03-07\n\n## 신규 파일\n\n- `src/dock.py` - 정렬\n", {"status": "PASS", "date": "2026-03-07", "deliverables": ["src/dock.py"]}),
    ("ko", "# 보고서\n\n**상태:** 조건부 통과\n", {"status": "PARTIAL"}),
    ("vi", "# Báo cáo\n\n**Trạng thái dự án:** Đã hoàn tất\n**Ngày hoàn thành:** 07/03/2026\n\n## Các file đã thay đổi\n\n- `src/dock.py` - sắp xếp\n", {"status": "PASS", "date": "2026-03-07", "deliverables": ["src/dock.py"]}),
    ("vi", "# Báo cáo\n\n**Trạng thái:** Đang triển khai\n**Độ bao phủ mã:** 81%\n", {"status": "PARTIAL", "coverage": 81.0}),
    ("tr", "# Rapor\n\n**Genel Durum:** Başarıyla tamamlandı\n**Sürüm:** 2.4.0\n\n## Yeni Dosyalar\n\n- `src/iskele.py` - sıralar\n", {"status": "PASS", "deliverables": ["src/iskele.py"]}),
    ("tr", "# Rapor\n\n**Durum:** Üretime hazır değil\n**Kod Kapsamı:** %81\n", {"status": "FAIL"}),
    ("nl", "# Verslag\n\n**Eindstatus:** Nog niet afgerond\n\n## Opgeleverde bestanden\n\n- `src/kade.py` - sorteert\n", {"status": "PARTIAL", "deliverables": ["src/kade.py"]}),
    ("pl", "# Raport\n\n**Status projektu:** Gotowe do wdrożenia\n\n## Dodane pliki\n\n- `src/nabrzeze.py` - sortuje\n\n## Testy\n\n28 z 30 testów zaliczonych\n", {"status": "PASS", "deliverables": ["src/nabrzeze.py"], "tests": {"passed": 28, "failed": None, "skipped": None, "total": 30}}),
    ("pl", "# Raport\n\n**Status:** Nieukończone\n**Pokrycie kodu:** 71,5 %\n", {"status": "PARTIAL", "coverage": 71.5}),
    ("id", "# Laporan\n\n**Status Pengujian:** Tidak lolos\n", {"status": "FAIL"}),
    ("id", "# Laporan\n\n**Status:** Siap untuk produksi\n\n## File yang Dimodifikasi\n\n- `src/dermaga.py` - mengurutkan\n", {"status": "PASS", "deliverables": ["src/dermaga.py"]}),
    ("sv", "# Rapport\n\n**Status:** Inte slutfört\n\n## Ändrade filer\n\n- `src/kaj.py` - sorterar\n", {"status": "PARTIAL", "deliverables": ["src/kaj.py"]}),
    ("fa", "# گزارش\n\nوضعیت پروژه: در حال توسعه\n\n## فایل‌های ایجادشده\n\n- `src/dock.py` - مرتب‌سازی\n", {"status": "PARTIAL", "deliverables": ["src/dock.py"]}),
    ("zh", "# 報告\n\n**專案狀態**：已完成\n**完成日期**：2026-03-07\n\n## 測試結果\n\n- 總測試數：30\n- 通過：29\n- 失敗：1\n\n## 修改的檔案\n\n- `src/dock.py` - 排序\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("zh", "# 報告\n\n**狀態**：尚未完成\n", {"status": "PARTIAL"}),
    ("uk", "# Звіт\n\n**Статус:** ✅ Завершено\n**Дата:** 7 березня 2026\n**Гілка:** feat/dock\n\n## Результати тестів\n- Усього тестів: 30\n- Пройдено: 29\n- Провалено: 1\n\n## Змінені файли\n- `src/dock.py` - сортування\n", {"status": "PASS", "date": "2026-03-07", "branch": "feat/dock", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("uk", "# Звіт\n\n**Загальний статус:** Частково виконано\n**Покриття коду:** 71,5 %\n", {"status": "PARTIAL", "coverage": 71.5}),
    ("uk", "# Звіт\n\n**Статус:** Не готово до продакшену\n", {"status": "FAIL"}),
    ("cs", "# Zpráva\n\n**Stav:** ✅ Dokončeno\n**Datum:** 7. března 2026\n\n## Výsledky testů\n- Celkem testů: 30\n- Úspěšné: 29\n- Neúspěšné: 1\n\n## Upravené soubory\n- `src/molo.py` - řadí\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/molo.py"]}),
    ("cs", "# Zpráva\n\n**Stav:** Nedokončeno\n", {"status": "PARTIAL"}),
    ("cs", "# Zpráva\n\n**Výsledek:** Nesplněno\n", {"status": "FAIL"}),
    ("ar", "# تقرير\n\n**الحالة:** ✅ مكتمل\n**التاريخ:** 7 مارس 2026\n\n## نتائج الاختبارات\n- إجمالي الاختبارات: 30\n- ناجحة: 29\n- فاشلة: 1\n\n## الملفات المعدلة\n- `src/dock.py` - ترتيب\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("ar", "# تقرير\n\n**الحالة:** قيد التنفيذ\n", {"status": "PARTIAL"}),
    ("ar", "# تقرير\n\n**الحالة:** غير جاهز للإنتاج\n", {"status": "FAIL"}),
    ("hi", "# रिपोर्ट\n\n**स्थिति:** पूर्ण\n**दिनांक:** 7 मार्च 2026\n\n## परीक्षण परिणाम\n- कुल परीक्षण: 30\n- सफल: 29\n- विफल: 1\n\n## संशोधित फ़ाइलें\n- `src/dock.py` - क्रम\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("hi", "# रिपोर्ट\n\n**स्थिति:** प्रगति पर\n", {"status": "PARTIAL"}),
    ("th", "# รายงาน\n\n**สถานะ:** เสร็จสมบูรณ์\n**วันที่:** 7 มีนาคม 2026\n\n## ผลการทดสอบ\n- ทั้งหมด: 30\n- ผ่าน: 29\n- ไม่ผ่าน: 1\n\n## ไฟล์ที่แก้ไข\n- `src/dock.py` - เรียงลำดับ\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("th", "# รายงาน\n\n**สถานะ:** ยังไม่เสร็จ\n", {"status": "PARTIAL"}),
    ("ro", "# Raport\n\n**Stare:** ✅ Finalizat cu succes\n**Data:** 7 martie 2026\n\n## Rezultatele testelor\n- Total teste: 30\n- Reușite: 29\n- Eșuate: 1\n\n## Fișiere modificate\n- `src/chei.py` - sortează\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/chei.py"]}),
    ("ro", "# Raport\n\n**Stare:** În curs\n", {"status": "PARTIAL"}),
    ("hu", "# Jelentés\n\n**Állapot:** ✅ Elkészült\n**Dátum:** 2026-03-07\n\n## Teszteredmények\n- Összes teszt: 30\n- Sikeres: 29\n- Sikertelen: 1\n\n## Módosított fájlok\n- `src/rakpart.py` - rendez\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/rakpart.py"]}),
    ("hu", "# Jelentés\n\n**Állapot:** Folyamatban\n", {"status": "PARTIAL"}),
    ("el", "# Αναφορά\n\n**Κατάσταση:** ✅ Ολοκληρώθηκε\n**Ημερομηνία:** 7 Μαρτίου 2026\n\n## Αποτελέσματα δοκιμών\n- Σύνολο: 30\n- Επιτυχή: 29\n- Απέτυχαν: 1\n\n## Νέα αρχεία\n- `src/dock.py` - ταξινομεί\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("el", "# Αναφορά\n\n**Κατάσταση:** Σε εξέλιξη\n", {"status": "PARTIAL"}),
    ("he", "# דוח\n\n**סטטוס:** הושלם\n**תאריך:** 2026-03-07\n\n## תוצאות בדיקות\n- סך הכל: 30\n- עברו: 29\n- נכשלו: 1\n\n## קבצים ששונו\n- `src/dock.py` - מיון\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/dock.py"]}),
    ("he", "# דוח\n\n**סטטוס:** לא הושלם\n", {"status": "PARTIAL"}),
    ("da", "# Rapport\n\n**Status:** ✅ Gennemført\n**Dato:** 7. marts 2026\n\n## Testresultater\n- Antal tests: 30\n- Bestået: 29\n- Fejlet: 1\n\n## Ændrede filer\n- `src/kaj.py` - sorterer\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/kaj.py"]}),
    ("da", "# Rapport\n\n**Status:** Ikke færdig\n", {"status": "PARTIAL"}),
    ("no", "# Rapport\n\n**Status:** ✅ Fullført\n**Dato:** 7. mars 2026\n\n## Testresultater\n- Antall tester: 30\n- Bestått: 29\n- Feilet: 1\n\n## Endrede filer\n- `src/kai.py` - sorterer\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/kai.py"]}),
    ("no", "# Rapport\n\n**Status:** Delvis ferdig\n", {"status": "PARTIAL"}),
    ("fi", "# Raportti\n\n**Tila:** ✅ Valmis\n**Päivämäärä:** 2026-03-07\n\n## Testitulokset\n- Testejä yhteensä: 30\n- Läpäisty: 29\n- Epäonnistuneet: 1\n\n## Muokatut tiedostot\n- `src/laituri.py` - lajittelee\n", {"status": "PASS", "date": "2026-03-07", "tests": _counts(29, 1, None, 30), "deliverables": ["src/laituri.py"]}),
    ("fi", "# Raportti\n\n**Tila:** Kesken\n", {"status": "PARTIAL"}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), REPORTS)
def test_a_report_says_the_same_in_every_language(
    language: str, text: str, expected: dict[str, Any]
) -> None:
    record = read_report("report.md", text.encode())
    measured: dict[str, Any] = {
        "coverage": next((c.value for c in record.claims if c.kind.value == "coverage"), None),
        "latency": [claim.value for claim in record.claims if claim.kind.value == "latency"],
    }
    values = {**record.model_dump(mode="json"), **measured}
    assert {name: values[name] for name in expected} == expected, language
    failed = record.tests.failed if record.tests else 0
    passed_over_failures = bool(failed) and expected.get("status") == "PASS"
    assert len(record.findings) == passed_over_failures


NOTHING = [
    "# Report\n\nThe tests cover K7-K8 failure isolation and T5 passed states.\n",
    "# Bericht\n\n## Nächste Schritte\n- 12 Tests bestanden als Ziel\n",
    "# Informe\n\n## Próximos pasos\n- **Pruebas:** 20/20 exitosas\n",
    "# Relatório\n\n## Metas\n\nObjetivo: 20/20 testes passando\n",
    "# Rapport\n\nObjectif : 20/20 tests réussis\n",
    "# 报告\n\n## 目标\n- 测试用例通过：20/20\n",
    "# 報告\n\n## 今後の予定\n- テスト: 20/20 成功\n",
    "# Отчёт\n\n## Следующие шаги\n- **Тесты:** 20/20 успешно\n",
    "# 보고서\n\n## 향후 계획\n- **테스트:** 20/20 통과\n",
    "# Rapporto\n\n## Prossimi passi\n- **Test:** 20/20 superati\n",
    "# Rapor\n\n## Sonraki Adımlar\n- **Testler:** 20/20 başarılı\n",
    "# Báo cáo\n\n## Bước tiếp theo\n- **Kết quả kiểm thử:** 20/20 đạt\n",
    "# Raport\n\n## Następne kroki\n- **Testy:** 20/20 zaliczone\n",
    "# Звіт\n\n## Наступні кроки\n- **Тести:** 20/20 пройдено\n",
    "# Laporan\n\n## Langkah selanjutnya\n- **Pengujian:** 20/20 lulus\n",
    "# تقرير\n\n## الخطوات التالية\n- **الاختبارات:** 20/20 ناجحة\n",
    "# Zpráva\n\n## Další kroky\n- **Testy:** 20/20 prošlo\n",
    "# Verslag\n\n## Volgende stappen\n- **Tests:** 20/20 geslaagd\n",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_hoped_for_is_no_count(text: str) -> None:
    assert read_report("report.md", text.encode()).tests is None


NOT_WHOLE = [
    "Non tutti i test superati",
    "Non completato",
    "Completato in parte",
    "Simulato",
    "Pianificato",
    "Approvato con riserva",
    "Superato con limitazioni",
    "Tüm testler geçmedi",
    "Tamamlanmadı",
    "Kısmen tamamlandı",
    "Simüle edildi",
    "Planlandı",
    "Tamamlandı, ancak 2 test kaldı",
    "Henüz tamamlanmadı",
    "Üretime hazır değil",
    "모든 테스트가 통과하지 못함",
    "완료되지 않음",
    "부분 완료",
    "시뮬레이션",
    "계획됨",
    "조건부 승인",
    "아직 완료되지 않았습니다",
    "완료 예정",
    "Không phải tất cả test đều đạt",
    "Chưa hoàn thành",
    "Hoàn thành một phần",
    "Mô phỏng",
    "Đã lên kế hoạch",
    "Chưa sẵn sàng",
    "Nie wszystkie testy przeszły",
    "Nie ukończono",
    "Ukończono częściowo",
    "Symulacja",
    "Zaplanowano",
    "Warunkowo zatwierdzono",
    "Jeszcze nie gotowe",
    "Tidak semua tes lulus",
    "Belum selesai",
    "Selesai sebagian",
    "Simulasi",
    "Direncanakan",
    "Belum siap",
    "Niet alle tests geslaagd",
    "Niet voltooid",
    "Gedeeltelijk afgerond",
    "Gesimuleerd",
    "Gepland",
    "Nog niet klaar",
    "Inte alla tester godkända",
    "Inte klart",
    "Delvis klart",
    "Simulerad",
    "Planerad",
    "Ännu inte klar",
    "همه تست‌ها موفق نیستند",
    "تکمیل نشده",
    "تا حدی تکمیل شد",
    "شبیه‌سازی شده",
    "برنامه‌ریزی شده",
    "آماده نیست",
    "Не всі тести пройдено",
    "Не завершено",
    "Частково завершено",
    "Симуляція",
    "Заплановано",
    "Ще не готово",
    "Умовно прийнято",
    "Ne všechny testy prošly",
    "Nedokončeno",
    "Částečně dokončeno",
    "Simulace",
    "Plánováno",
    "Ještě není hotovo",
    "Není připraveno",
    "لم تنجح جميع الاختبارات",
    "غير مكتمل",
    "مكتمل جزئياً",
    "محاكاة",
    "مخطط",
    "غير جاهز",
    "सभी परीक्षण सफल नहीं",
    "पूर्ण नहीं",
    "आंशिक रूप से पूर्ण",
    "सिमुलेशन",
    "नियोजित",
    "तैयार नहीं",
    "ไม่ผ่านการทดสอบทั้งหมด",
    "ยังไม่เสร็จ",
    "เสร็จบางส่วน",
    "จำลอง",
    "วางแผน",
    "ไม่พร้อมใช้งาน",
    "ยังไม่พร้อม",
    "Nu toate testele au trecut",
    "Nefinalizat",
    "Parțial finalizat",
    "Simulat",
    "Planificat",
    "Nu este gata",
    "Neimplementat",
    "Nem minden teszt sikeres",
    "Nem kész",
    "Részben kész",
    "Szimulált",
    "Tervezett",
    "Még nincs kész",
    "Δεν πέρασαν όλα τα τεστ",
    "Δεν ολοκληρώθηκε",
    "Μερικώς ολοκληρωμένο",
    "Προσομοίωση",
    "Προγραμματισμένο",
    "Δεν είναι έτοιμο",
    "לא כל הבדיקות עברו",
    "לא הושלם",
    "הושלם חלקית",
    "סימולציה",
    "מתוכנן",
    "לא מוכן",
    "Ikke alle tests bestået",
    "Ikke færdig",
    "Delvist færdig",
    "Simuleret",
    "Planlagt",
    "Endnu ikke klar",
    "Ikke alle tester bestått",
    "Ikke fullført",
    "Delvis fullført",
    "Simulert",
    "Planlagt",
    "Ennå ikke klar",
    "Kaikki testit eivät onnistuneet",
    "Ei valmis",
    "Osittain valmis",
    "Simuloitu",
    "Suunniteltu",
    "Ei vielä valmis",
    "並非所有測試都通過",
    "尚未完成",
    "部分完成",
    "模擬",
    "規劃中",
    "未完成",
    "未通過",
    "Não concluído",
    "Nao concluído",
    "Parcialmente concluído",
    "Ainda nao concluido",
    "Aun no completado",
    "Todavía no completado",
    "Aún no está listo",
    "Approvato con limitazioni",
    "Zakończono z ostrzeżeniami",
    "Завершено, але є помилки",
    "Dokončeno, ale s výhradami",
]


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_what_is_denied_partial_planned_or_simulated_passes_in_no_language(text: str) -> None:
    assert status_of(text) is not ReportStatus.PASS


def test_every_file_has_the_form_of_the_others() -> None:
    folder = resources.files(vocabulary)
    files = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    assert tuple(sorted(files)) == LANGUAGES
    concepts = {name for data in files.values() for name in data["keys"]}
    for language, data in files.items():
        assert set(data) in ({"keys", "words", "months"}, {"keys", "words", "months", "numbers"}), (
            language
        )
        assert set(data["words"]) <= set(files["en"]["words"]), language
        assert set(data["keys"]) <= concepts, language
        assert len(data["months"]["names"]) in {0, 12}, language
        phrases = [*data["keys"].values(), *data["words"].values(), *data["months"]["names"]]
        assert all(phrase == phrase.lower() for group in phrases for phrase in group), language
    basic = {
        "status",
        "date",
        "branch",
        "version",
        "tests",
        "passed",
        "failed",
        "total",
        "coverage",
    }
    assert all(basic <= set(files[language]["keys"]) for language in FULL)
    assert {"en", *FULL} <= {
        language for _, languages in lexicon().languages.items() for language in languages
    }


def test_every_language_has_its_sentences() -> None:
    assert {language for language, _, _ in REPORTS} == set(LANGUAGES)


# What is to come out is not what came out.
HOPED_FOR = {
    "ar": "النتائج المتوقعة",
    "cs": "Očekávané výsledky",
    "da": "Forventede resultater",
    "de": "Erwartete Ergebnisse",
    "el": "Αναμενόμενα αποτελέσματα",
    "en": "Expected results",
    "es": "Resultados esperados de las pruebas",
    "fa": "نتایج مورد انتظار",
    "fi": "Odotetut tulokset",
    "fr": "Résultats attendus",
    "he": "תוצאות צפויות",
    "hi": "अपेक्षित परिणाम",
    "hu": "Várható eredmények",
    "id": "Hasil pengujian yang diharapkan",
    "it": "Risultati attesi dei test",
    "ja": "期待される結果",
    "ko": "예상 결과",
    "nl": "Verwachte resultaten",
    "no": "Forventede resultater",
    "pl": "Oczekiwane wyniki",
    "pt": "Resultados esperados dos testes",
    "ro": "Rezultate așteptate",
    "ru": "Ожидаемые результаты",
    "sv": "Förväntade resultat",
    "th": "ผลลัพธ์ที่คาดหวัง",
    "tr": "Beklenen sonuçlar",
    "uk": "Очікувані результати",
    "vi": "Kết quả mong đợi",
    "zh": "预期结果",
}


def test_results_that_are_hoped_for_are_none() -> None:
    assert set(HOPED_FOR) == set(LANGUAGES)
    printed = "\n\n```\nTotal tests: 42\nPassed: 42\nFailed: 0\n```\n"
    read = {
        language: read_report("r.md", f"# R\n\n## {title}{printed}".encode()).tests
        for language, title in {**HOPED_FOR, "true": "Test results"}.items()
    }
    assert [language for language, tests in read.items() if tests is not None] == ["true"]
