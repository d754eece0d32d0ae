namespace CoreNode.Boot.Model;

/// <summary>What the partition of the state holds.</summary>
public enum StateContent
{
    /// <summary>A file system as it should be.</summary>
    Ext4,

    /// <summary>Nothing: it may be made anew.</summary>
    Empty,

    /// <summary>Something else, which stays as it is.</summary>
    Foreign,
}
