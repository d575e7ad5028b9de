"""A made-up company to try Evenhand on: its people, its policy, its accounts and a quarter of its leads.

Nothing here is taken from anybody's data. `company.demo_data` writes the files, `starter.starter` the smallest set that
routes.
"""
