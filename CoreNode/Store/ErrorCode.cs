namespace CoreNode.Store;

/// <summary>Causes of failure with etcd's v2 error codes, which clients read; see <see cref="ErrorCodes"/>.</summary>
public enum ErrorCode
{
    KeyNotFound = 100,
    CompareFailed = 101,
    NotAFile = 102,
    TooManyPeers = 103,
    NotADirectory = 104,
    KeyExists = 105,
    RootReadOnly = 107,
    DirectoryNotEmpty = 108,
    Unauthorized = 110,
    PreviousValueRequired = 201,
    TtlNaN = 202,
    IndexNaN = 203,
    InvalidField = 209,
    InvalidForm = 210,
    RefreshValue = 211,
    RefreshTtlRequired = 212,
    RaftInternal = 300,
    LeaderElection = 301,
    WatcherCleared = 400,
    EventIndexCleared = 401,
}
