using System.Globalization;
using System.Text;
using CoreNode.Api.Wire;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Metrics whose labels come and go, such as one for each group, in Prometheus' text format: what a registry of fixed
/// series cannot show.
/// </summary>
internal sealed class MetricPage(JsonBuffer target)
{
    private string _name = "";

    /// <summary>Begins a metric that may rise and fall; its lines follow.</summary>
    public void Gauge(string name, string help)
    {
        _name = name;
        target.Raw(Encoding.UTF8.GetBytes($"# HELP {name} {help}\n# TYPE {name} gauge\n"));
    }

    /// <summary>A line of it; labels are pairs of name and value.</summary>
    public void Line(double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        StringBuilder line = new(_name);
        for (int i = 0; i < labels.Length; i++)
        {
            line.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Escape(line, labels[i].Value);
            line.Append('"');
        }

        if (labels.Length > 0)
            line.Append('}');
        line.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        target.Raw(Encoding.UTF8.GetBytes(line.ToString()));
    }

    private static void Escape(StringBuilder line, string value)
    {
        foreach (char c in value)
        {
            switch (c)
            {
                case '\\':
                    line.Append("\\\\");
                    break;
                case '"':
                    line.Append("\\\"");
                    break;
                case '\n':
                    line.Append("\\n");
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }
    }
}
