namespace CoreNode.Updates.Lifecycle;

/// <summary>What a check of health is about, and so who may be at fault when it fails.</summary>
public enum HealthCheckKind
{
    /// <summary>The node's own services: nobody else can be at fault.</summary>
    Node,

    /// <summary>Whether anything outside of the machine can be reached: the site may be at fault.</summary>
    Network,

    /// <summary>Whether the node is back in its cluster.</summary>
    Cluster,

    /// <summary>An executable of the operator.</summary>
    Custom,

    /// <summary>Whether the update server can be reached, where there are others that can be asked the same.</summary>
    Server,
}
