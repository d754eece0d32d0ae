namespace CoreNode.Store;

/// <summary>What an event or an answer says happened; the wire names are etcd's.</summary>
public enum KeyAction : byte
{
    Get,
    Set,
    Create,
    Update,
    CompareAndSwap,
    Delete,
    CompareAndDelete,
    Expire,
}
