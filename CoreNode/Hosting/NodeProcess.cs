using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>What every kind of node has of its process.</summary>
/// <param name="Manager">The service manager, told when the node is ready.</param>
/// <param name="Logs">Where parts log.</param>
/// <param name="Logger">The node's own log.</param>
/// <param name="Metrics">All metrics of the process.</param>
/// <param name="Files">The disk.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Version">What this binary is.</param>
/// <param name="Stop">Fires when the node has to stop.</param>
internal sealed record NodeProcess(
    ServiceManager Manager, ILoggerFactory Logs, ILogger Logger, MetricRegistry Metrics, IFiles Files,
    TextWriter Output, string Version, CancellationToken Stop);
