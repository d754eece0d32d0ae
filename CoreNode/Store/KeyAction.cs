namespace CoreNode.Store;

/// <summary>
/// What an event or an answer says happened; the wire names are etcd's. The numbers are stored in snapshots: never
/// reuse one.
/// </summary>
public enum KeyAction : byte
{
    Get = 0,
    Set = 1,
    Create = 2,
    Update = 3,
    CompareAndSwap = 4,
    Delete = 5,
    CompareAndDelete = 6,
    Expire = 7,
}
