namespace CoreNode.Updates.Server.Orders;

/// <summary>An upstream server, or none.</summary>
internal sealed record UpstreamAnswer(CatalogueUpstream? Upstream);
