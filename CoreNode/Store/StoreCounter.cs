namespace CoreNode.Store;

/// <summary>
/// The counters of /v2/stats/store; the wire names are etcd's (getsSuccess, …, expireCount, watchers).
/// </summary>
public enum StoreCounter
{
    GetsSuccess,
    GetsFail,
    SetsSuccess,
    SetsFail,
    DeleteSuccess,
    DeleteFail,
    UpdateSuccess,
    UpdateFail,
    CreateSuccess,
    CreateFail,
    CompareAndSwapSuccess,
    CompareAndSwapFail,
    CompareAndDeleteSuccess,
    CompareAndDeleteFail,
    ExpireCount,
    Watchers,
}
