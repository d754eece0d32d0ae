namespace CoreNode.Discovery;

/// <summary>What a search asks a directory.</summary>
public abstract record DirectoryRequest
{
    private DirectoryRequest()
    {
    }

    /// <summary>How many machines the cluster is to have: the key _config/size.</summary>
    public sealed record ReadSize : DirectoryRequest;

    /// <summary>All entries.</summary>
    public sealed record List : DirectoryRequest;

    /// <summary>Writes this machine down; never changes an entry that is there.</summary>
    public sealed record Register(string Id, string Value) : DirectoryRequest;

    /// <summary>Waits for the first change after a store index.</summary>
    public sealed record Watch(ulong AfterIndex) : DirectoryRequest;
}
