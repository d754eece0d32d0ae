using System.Buffers;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Foundation;

[TestFixture, Category("Unit")]
internal sealed class MetricRegistryTests
{
    [Test]
    public void Text_has_help_type_and_one_line_a_series_in_name_order()
    {
        MetricRegistry registry = new();
        registry.Gauge("b_bytes", "Size.", () => 1.5);
        registry.Counter("a_total", "Things.", "kind=\"x\"").Add(3);
        registry.Counter("a_total", "Things.", "kind=\"y\"").Increment();
        Assert.That(Text(registry), Is.EqualTo("""
            # HELP a_total Things.
            # TYPE a_total counter
            a_total{kind="x"} 3
            a_total{kind="y"} 1
            # HELP b_bytes Size.
            # TYPE b_bytes gauge
            b_bytes 1.5

            """));
    }

    [Test]
    public void Histogram_buckets_are_cumulative_and_include_their_bound()
    {
        MetricRegistry registry = new();
        MetricHistogram histogram = registry.Histogram("h_seconds", "Time.", [0.5, 1], "disk=\"a\"");
        foreach (double value in new[] { 0.25, 0.5, 0.75, 4 })
            histogram.Observe(value);
        Assert.That(Text(registry), Is.EqualTo("""
            # HELP h_seconds Time.
            # TYPE h_seconds histogram
            h_seconds_bucket{disk="a",le="0.5"} 2
            h_seconds_bucket{disk="a",le="1"} 3
            h_seconds_bucket{disk="a",le="+Inf"} 4
            h_seconds_sum{disk="a"} 5.5
            h_seconds_count{disk="a"} 4

            """));
    }

    [Test]
    public void The_same_name_and_labels_give_the_same_counter()
    {
        MetricRegistry registry = new();
        Assert.That(registry.Counter("a", "h"), Is.SameAs(registry.Counter("a", "h")));
        Assert.Throws<InvariantException>(() => registry.Gauge("a", "h", () => 0));
    }

    private static string Text(MetricRegistry registry)
    {
        ArrayBufferWriter<byte> target = new();
        registry.WriteTo(target);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
