"""The question `suite`: do a service's own tests pass, and do they need its code?"""
