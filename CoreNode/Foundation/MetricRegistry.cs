using System.Buffers;
using System.Globalization;
using System.Text;

namespace CoreNode.Foundation;

/// <summary>
/// All figures of one process, shown by /metrics in Prometheus' text format 0.0.4. Modules register what they count
/// when they are built; counting never takes a lock. Names are <c>corenode_…</c>, or etcd's own where dashboards
/// expect them. Labels are fixed text such as <c>method="GET"</c>. Any thread.
/// </summary>
public sealed class MetricRegistry
{
    private readonly Lock _gate = new(); // _families
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <summary>Registers a counter that the caller counts; the same name and labels give the same counter.</summary>
    public MetricCounter Counter(string name, string help, string labels = "")
    {
        lock (_gate)
        {
            Family family = Find(name, help, "counter");
            if (family.Series.TryGetValue(labels, out object? known))
                return (MetricCounter)known;
            MetricCounter counter = new();
            family.Series.Add(labels, counter);
            return counter;
        }
    }

    /// <summary>Registers a counter that lives elsewhere and is asked at each scrape.</summary>
    public void Counter(string name, string help, Func<double> read, string labels = "") =>
        AddCallback(name, help, "counter", read, labels);

    /// <summary>Registers a value that may rise and fall and is asked at each scrape.</summary>
    public void Gauge(string name, string help, Func<double> read, string labels = "") =>
        AddCallback(name, help, "gauge", read, labels);

    /// <summary>Registers a histogram; <paramref name="bounds"/> are its buckets' upper ends, growing.</summary>
    public MetricHistogram Histogram(string name, string help, ReadOnlySpan<double> bounds, string labels = "")
    {
        lock (_gate)
        {
            Family family = Find(name, help, "histogram");
            if (family.Series.TryGetValue(labels, out object? known))
                return (MetricHistogram)known;
            MetricHistogram histogram = new(bounds);
            family.Series.Add(labels, histogram);
            return histogram;
        }
    }

    /// <summary>Writes everything in Prometheus' text format 0.0.4, names in byte order.</summary>
    public void WriteTo(IBufferWriter<byte> target)
    {
        StringBuilder text = new();
        lock (_gate)
        {
            foreach ((string name, Family family) in _families)
            {
                text.Append("# HELP ").Append(name).Append(' ').Append(family.Help).Append('\n');
                text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
                foreach ((string labels, object series) in family.Series)
                    AppendSeries(text, name, labels, series);
            }
        }

        foreach (ReadOnlyMemory<char> chunk in text.GetChunks())
            Encoding.UTF8.GetBytes(chunk.Span, target);
    }

    private static void AppendSeries(StringBuilder text, string name, string labels, object series)
    {
        switch (series)
        {
            case MetricCounter counter:
                AppendLine(text, name, labels, counter.Value);
                break;
            case Func<double> read:
                AppendLine(text, name, labels, read());
                break;
            case MetricHistogram histogram:
                AppendHistogram(text, name, labels, histogram);
                break;
            default:
                throw new InvariantException($"unknown kind of series in {name}");
        }
    }

    private static void AppendHistogram(StringBuilder text, string name, string labels, MetricHistogram histogram)
    {
        string separator = labels.Length == 0 ? "" : ",";
        long total = 0;
        for (int i = 0; i <= histogram.Bounds.Length; i++)
        {
            total += histogram.Count(i);
            string bound = i == histogram.Bounds.Length
                ? "+Inf" : histogram.Bounds[i].ToString("R", CultureInfo.InvariantCulture);
            AppendLine(text, name + "_bucket", $"{labels}{separator}le=\"{bound}\"", total);
        }

        AppendLine(text, name + "_sum", labels, histogram.Sum);
        AppendLine(text, name + "_count", labels, total);
    }

    private static void AppendLine(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private void AddCallback(string name, string help, string type, Func<double> read, string labels)
    {
        lock (_gate)
            Find(name, help, type).Series[labels] = read;
    }

    private Family Find(string name, string help, string type)
    {
        if (!_families.TryGetValue(name, out Family? family))
            _families.Add(name, family = new Family(help, type));
        Invariant.That(family.Type == type, $"metric {name} is registered as {family.Type} and as {type}");
        return family;
    }

    private sealed record Family(string Help, string Type)
    {
        public SortedDictionary<string, object> Series { get; } = new(StringComparer.Ordinal);
    }
}
