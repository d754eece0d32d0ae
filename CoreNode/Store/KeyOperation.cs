namespace CoreNode.Store;

/// <summary>What a command in the replicated log does. The numbers are stored on disk: never reuse one.</summary>
public enum KeyOperation : byte
{
    /// <summary>PUT without conditions: replaces or creates.</summary>
    Set = 1,

    /// <summary>PUT prevExist=false: creates, fails where something exists.</summary>
    Create = 2,

    /// <summary>PUT prevExist=true: changes what exists.</summary>
    Update = 3,

    /// <summary>PUT prevValue or prevIndex.</summary>
    CompareAndSwap = 4,

    /// <summary>DELETE without conditions.</summary>
    Delete = 5,

    /// <summary>DELETE prevValue or prevIndex.</summary>
    CompareAndDelete = 6,

    /// <summary>POST: creates a key below the directory, named by the new store index.</summary>
    CreateInOrder = 7,

    /// <summary>Removes everything whose deadline is at or before the command's expiration (etcd's SYNC).</summary>
    Expire = 16,

    /// <summary>
    /// Sets a key of the store's own (members, cluster version, users); moves the store index as etcd does.
    /// </summary>
    SystemSet = 17,

    /// <summary>Removes a key of the store's own; moves the store index.</summary>
    SystemDelete = 18,

    /// <summary>
    /// Makes a key of the store's own; fails where it exists already. Since log version 2.
    /// </summary>
    SystemCreate = 19,

    /// <summary>
    /// Changes a key of the store's own if its modified index is still the expected one, so that two administrators
    /// cannot undo each other's changes unseen. Since log version 2.
    /// </summary>
    SystemCompareAndSwap = 20,
}
