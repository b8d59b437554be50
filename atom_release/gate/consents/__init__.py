"""What people sign about a release, waivers and approvals, and when it counts.

Who signed was checked before.
"""
