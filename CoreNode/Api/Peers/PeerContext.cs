using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Peers;

/// <summary>What all parts of one transport share.</summary>
internal sealed class PeerContext(
    PeerTransportOptions options, MetricRegistry metrics, TimeProvider time, ILogger log)
{
    public PeerTransportOptions Options { get; } = options;

    public PeerMetrics Metrics { get; } = new(metrics);

    public TimeProvider Time { get; } = time;

    public PeerComplaints Complaints { get; } = new(options.LogInterval, time, log);

    public ILogger Log { get; } = log;
}
