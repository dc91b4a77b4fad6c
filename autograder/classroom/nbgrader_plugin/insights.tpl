{%- extends 'base.tpl' -%}

{%- block title -%}
Insights
{%- endblock -%}

{%- block sidebar -%}
<li role="presentation"><a href="{{ base_url }}/formgrader/manage_assignments">Manage Assignments</a></li>
<li role="presentation"><a href="{{ base_url }}/formgrader/gradebook">Manual Grading</a></li>
<li role="presentation"><a href="{{ base_url }}/formgrader/manage_students">Manage Students</a></li>
{%- endblock -%}

{%- block messages -%}
{% if problem %}<div class="alert alert-warning">{{ problem }}</div>{% endif %}
{%- endblock -%}

{%- block table_header -%}
<tr><th>What the class got wrong</th></tr>
{%- endblock -%}

{%- block table_body -%}
{% for lesson in lessons %}
<tr><td><a href="{{ base_url }}/formgrader/insights/{{ lesson | urlencode }}" target="_blank">{{ lesson }}</a></td></tr>
{% else %}
<tr><td>Nothing is graded yet.</td></tr>
{% endfor %}
{%- endblock -%}
