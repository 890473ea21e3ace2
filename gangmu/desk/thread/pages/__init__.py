"""The pages of threads, a module for each view, and where they are found."""

from gangmu.desk.thread.pages import goals, loop, one

urlpatterns = [path for view in (goals, loop, one) for path in view.urlpatterns]
