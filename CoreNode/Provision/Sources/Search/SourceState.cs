namespace CoreNode.Provision.Sources.Search;

/// <summary>Where a search stands with a source.</summary>
public enum SourceState
{
    /// <summary>No answer yet.</summary>
    Waiting,

    /// <summary>It answered with something.</summary>
    Found,

    /// <summary>It is there and has nothing.</summary>
    Nothing,

    /// <summary>It failed, and asking again is of no use.</summary>
    Failed,
}
