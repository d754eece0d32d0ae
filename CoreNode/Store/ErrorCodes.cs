namespace CoreNode.Store;

/// <summary>The one table of v2 error codes: message and HTTP status, as in etcd 3.4's error package.</summary>
public static class ErrorCodes
{
    /// <summary>etcd's message of that code.</summary>
    public static string Message(ErrorCode code) => Row(code).Message;

    /// <summary>The HTTP status that answers with that code.</summary>
    public static int HttpStatus(ErrorCode code) => Row(code).Status;

    private static (string Message, int Status) Row(ErrorCode code) => code switch
    {
        ErrorCode.KeyNotFound => ("Key not found", 404),
        ErrorCode.CompareFailed => ("Compare failed", 412),
        ErrorCode.NotAFile => ("Not a file", 403),
        ErrorCode.TooManyPeers => ("Reached the max number of peers in the cluster", 400),
        ErrorCode.NotADirectory => ("Not a directory", 400),
        ErrorCode.KeyExists => ("Key already exists", 412),
        ErrorCode.RootReadOnly => ("Root is read only", 400),
        ErrorCode.DirectoryNotEmpty => ("Directory not empty", 403),
        ErrorCode.Unauthorized => ("The request requires user authentication", 401),
        ErrorCode.PreviousValueRequired => ("PrevValue is Required in POST form", 400),
        ErrorCode.TtlNaN => ("The given TTL in POST form is not a number", 400),
        ErrorCode.IndexNaN => ("The given index in POST form is not a number", 400),
        ErrorCode.InvalidField => ("Invalid field", 400),
        ErrorCode.InvalidForm => ("Invalid POST form", 400),
        ErrorCode.RefreshValue => ("Value provided on refresh", 400),
        ErrorCode.RefreshTtlRequired => ("A TTL must be provided on refresh", 400),
        ErrorCode.RaftInternal => ("Raft Internal Error", 500),
        ErrorCode.LeaderElection => ("During Leader Election", 500),
        ErrorCode.WatcherCleared => ("watcher is cleared due to etcd recovery", 400),
        ErrorCode.EventIndexCleared => ("The event in requested index is outdated and cleared", 400),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "no such error code"),
    };
}
