using System.Globalization;
using CoreNode.Store;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api;

/// <summary>X-Etcd-Cluster-Id as text, made anew only when the cluster gets its id.</summary>
internal sealed class ClusterIdHeader(IClusterView cluster)
{
    private Known _known = new(0);

    /// <summary>Puts it on an answer.</summary>
    public void Apply(RequestContext context)
    {
        Known known = _known;
        ulong id = cluster.ClusterId;
        if (known.Id != id)
            _known = known = new Known(id);
        context.Headers["X-Etcd-Cluster-Id"] = known.Text;
    }

    private sealed class Known(ulong id)
    {
        public ulong Id { get; } = id;

        public StringValues Text { get; } = id.ToString("x", CultureInfo.InvariantCulture);
    }
}
