namespace CoreNode.Hosting;

/// <summary>Whether a node is a worker: it has no vote and no data, and serves clients by asking the members.</summary>
public enum ProxyMode
{
    /// <summary>A member.</summary>
    Off,

    /// <summary>A worker.</summary>
    On,

    /// <summary>A worker that passes on reads only.</summary>
    ReadOnly,
}
