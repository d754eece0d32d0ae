namespace CoreNode.Database;

/// <summary>What a database is opened for.</summary>
public enum DatabaseMode
{
    /// <summary>Reading, beside whoever writes.</summary>
    Read = 1,

    /// <summary>Reading and writing; it must be there.</summary>
    Write = 2,

    /// <summary>The same; it is made if it is not there.</summary>
    Create = 3,
}
