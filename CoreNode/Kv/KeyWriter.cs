using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// etcd's v2 writes on the tree, one method each, with the order of checks, the error causes and the counters of etcd
/// 3.4. The counters keep its slips too: what fails before the key is looked at often counts as a success there.
/// </summary>
internal sealed class KeyWriter(KeyTree tree, StoreStatistics statistics)
{
    // Deadlines before 2000-01-01 (an overflown ttl) make a new key permanent. Update and compareAndSwap take them as
    // they are: the key expires at once.
    private const long FirstDeadlineUnixNs = 946_684_800L * 1_000_000_000L;

    // Every missing parent keeps its whole path. Without a bound one request with half a million slashes would take
    // 250 GB, and take them again at each replay of the log. 2000 levels in 4000 bytes still pass.
    private const long MaxParentBytes = 16L << 20;

    /// <summary>Replaces a file or makes a new key, with its parents.</summary>
    public KeyWrite Set(in KeyCommand command, StoreIndex current)
    {
        KeyWrite write = TrySet(command, current);
        statistics.Increment(write.Error is null ? StoreCounter.SetsSuccess : StoreCounter.SetsFail);
        return write;
    }

    /// <summary>Makes a new key, with its parents.</summary>
    public KeyWrite Create(in KeyCommand command, StoreIndex current) =>
        CreateAt(command.Key, command, current);

    /// <summary>Makes a new key below the given directory, named by the new store index.</summary>
    public KeyWrite CreateInOrder(in KeyCommand command, StoreIndex current)
    {
        string name = (current.Value + 1).ToString("D20", CultureInfo.InvariantCulture);
        byte[] key = [.. TreeCursor.PrefixOf(command.Key), .. Encoding.ASCII.GetBytes(name)];
        return CreateAt(key, command, current);
    }

    /// <summary>Changes the value and deadline of a file, or the deadline of a directory.</summary>
    public KeyWrite Update(in KeyCommand command, StoreIndex current)
    {
        if (IsRoot(command.Key))
            return Counted(StoreCounter.UpdateSuccess, RootReadOnly(current));
        if (!tree.Seek(command.Key))
            return Counted(StoreCounter.UpdateFail, NotFound(command.Key, current));
        KeyRecord old = tree.Found;
        if (old.IsDirectory && !command.Value.IsEmpty)
            return Counted(StoreCounter.UpdateSuccess, NotAFile(command.Key, current));

        ulong next = current.Value + 1;
        KeyRecord node;
        if (old.IsDirectory)
        {
            // The answer shows the new index, the directory keeps its own: as in etcd.
            node = KeyRecord.Directory(command.Key, old.CreatedIndex, next, command.ExpirationUnixNs);
            tree.Replace(KeyRecord.Directory(
                command.Key, old.CreatedIndex, old.ModifiedIndex, command.ExpirationUnixNs));
        }
        else
        {
            ReadOnlySpan<byte> value = command.IsRefresh ? old.Value : command.Value;
            node = KeyRecord.File(command.Key, value, old.CreatedIndex, next, command.ExpirationUnixNs);
            tree.Replace(node);
        }

        statistics.Increment(StoreCounter.UpdateSuccess);
        return KeyWrite.Done(KeyAction.Update, node, old, command.IsRefresh);
    }

    /// <summary>Changes a file if it is what the command expects.</summary>
    public KeyWrite CompareAndSwap(in KeyCommand command, StoreIndex current)
    {
        if (IsRoot(command.Key))
            return Counted(StoreCounter.CompareAndSwapSuccess, RootReadOnly(current));
        if (!tree.Seek(command.Key))
            return Counted(StoreCounter.CompareAndSwapFail, NotFound(command.Key, current));
        KeyRecord old = tree.Found;
        if (old.IsDirectory)
            return Counted(StoreCounter.CompareAndSwapFail, NotAFile(command.Key, current));
        if (Comparison.Check(command, old, current) is KeyError difference)
            return Counted(StoreCounter.CompareAndSwapFail, difference);

        ReadOnlySpan<byte> value = command.IsRefresh ? old.Value : command.Value;
        KeyRecord node = KeyRecord.File(
            command.Key, value, old.CreatedIndex, current.Value + 1, command.ExpirationUnixNs);
        tree.Replace(node);
        statistics.Increment(StoreCounter.CompareAndSwapSuccess);
        return KeyWrite.Done(KeyAction.CompareAndSwap, node, old, command.IsRefresh);
    }

    /// <summary>Removes a file, an empty directory (dir) or a whole subtree (recursive).</summary>
    public KeyWrite Delete(in KeyCommand command, StoreIndex current)
    {
        if (IsRoot(command.Key))
            return Counted(StoreCounter.DeleteSuccess, RootReadOnly(current));
        if (!tree.Seek(command.Key))
            return Counted(StoreCounter.DeleteFail, NotFound(command.Key, current));
        KeyRecord old = tree.Found;
        if (old.IsDirectory && !command.IsDirectory && !command.IsRecursive)
            return Counted(StoreCounter.DeleteFail, NotAFile(command.Key, current));
        if (old.IsDirectory && !command.IsRecursive && HasChildren(command.Key))
        {
            KeyError error = new(ErrorCode.DirectoryNotEmpty, command.Key.ToArray(), current.Value);
            return Counted(StoreCounter.DeleteFail, error);
        }

        statistics.Increment(StoreCounter.DeleteSuccess);
        return Removal(KeyAction.Delete, old, current);
    }

    /// <summary>Removes a file if it is what the command expects.</summary>
    public KeyWrite CompareAndDelete(in KeyCommand command, StoreIndex current)
    {
        if (IsRoot(command.Key))
            return Counted(StoreCounter.CompareAndDeleteSuccess, KeyError.Of(ErrorCode.NotAFile, "", current.Value));
        if (!tree.Seek(command.Key))
            return Counted(StoreCounter.CompareAndDeleteFail, NotFound(command.Key, current));
        KeyRecord old = tree.Found;
        if (old.IsDirectory)
            return Counted(StoreCounter.CompareAndDeleteSuccess, NotAFile(command.Key, current));
        if (Comparison.Check(command, old, current) is KeyError difference)
            return Counted(StoreCounter.CompareAndDeleteSuccess, difference);
        statistics.Increment(StoreCounter.CompareAndDeleteSuccess);
        return Removal(KeyAction.CompareAndDelete, old, current);
    }

    private static KeyWrite Removal(KeyAction action, KeyRecord old, StoreIndex current) => KeyWrite.Removal(
        action, KeyRecord.Removed(old.Key, old.IsDirectory, old.CreatedIndex, current.Value + 1), old);

    private static bool IsRoot(ReadOnlySpan<byte> key) => key.Length == 1;

    private static KeyError RootReadOnly(StoreIndex current) => KeyError.Of(ErrorCode.RootReadOnly, "/", current.Value);

    private static KeyError NotAFile(ReadOnlySpan<byte> key, StoreIndex current) =>
        new(ErrorCode.NotAFile, key.ToArray(), current.Value);

    private static KeyError TooDeep(StoreIndex current) =>
        KeyError.Of(ErrorCode.InvalidField, "too many directories in the key", current.Value);

    private static bool IsTooDeep(ReadOnlySpan<byte> key, int existing)
    {
        long missing = key[existing..].Count((byte)'/') - 1;
        return missing * key.Length > MaxParentBytes;
    }

    private static KeyRecord NewRecord(
        ReadOnlySpan<byte> key, in KeyCommand command, ReadOnlySpan<byte> value, ulong next)
    {
        long deadline = command.ExpirationUnixNs < FirstDeadlineUnixNs ? 0 : command.ExpirationUnixNs;
        return command.IsDirectory
            ? KeyRecord.Directory(key, next, next, deadline)
            : KeyRecord.File(key, value, next, next, deadline);
    }

    private KeyWrite TrySet(in KeyCommand command, StoreIndex current)
    {
        if (IsRoot(command.Key))
            return KeyWrite.Failed(RootReadOnly(current));
        ulong next = current.Value + 1;
        if (tree.Seek(command.Key))
        {
            KeyRecord old = tree.Found;
            if (old.IsDirectory)
                return KeyWrite.Failed(NotAFile(command.Key, current));
            ReadOnlySpan<byte> value = command.IsRefresh ? old.Value : command.Value;
            KeyRecord replacement = NewRecord(command.Key, command, value, next);
            tree.Replace(replacement);
            return KeyWrite.Done(KeyAction.Set, replacement, old, command.IsRefresh);
        }

        int existing = TreeSearch.ExistingPathLength(tree.Root, command.Key, out KeyRecord fileInTheWay);
        if (!fileInTheWay.IsNone || command.IsRefresh)
            return KeyWrite.Failed(Missing.Explain(command.Key, existing, fileInTheWay, current));
        if (IsTooDeep(command.Key, existing))
            return KeyWrite.Failed(TooDeep(current));
        KeyRecord node = NewRecord(command.Key, command, command.Value, next);
        InsertWithParents(node, existing, next);
        return KeyWrite.Done(KeyAction.Set, node, default, isRefresh: false);
    }

    private KeyWrite CreateAt(ReadOnlySpan<byte> key, in KeyCommand command, StoreIndex current)
    {
        if (IsRoot(key))
            return Counted(StoreCounter.CreateFail, RootReadOnly(current));
        if (tree.Seek(key))
        {
            KeyError exists = new(ErrorCode.KeyExists, key.ToArray(), current.Value);
            return Counted(StoreCounter.CreateFail, exists);
        }

        int existing = TreeSearch.ExistingPathLength(tree.Root, key, out KeyRecord fileInTheWay);
        if (!fileInTheWay.IsNone)
        {
            statistics.Increment(StoreCounter.SetsFail);
            KeyError blocked = Missing.Explain(key, existing, fileInTheWay, current);
            return Counted(StoreCounter.CreateFail, blocked);
        }

        if (IsTooDeep(key, existing))
            return Counted(StoreCounter.CreateFail, TooDeep(current));
        ulong next = current.Value + 1;
        KeyRecord node = NewRecord(key, command, command.Value, next);
        InsertWithParents(node, existing, next);
        statistics.Increment(StoreCounter.CreateSuccess);
        return KeyWrite.Done(KeyAction.Create, node, default, isRefresh: false);
    }

    // The tree stands where the node belongs. Missing parents become permanent directories with the same index and
    // without events of their own.
    private void InsertWithParents(KeyRecord node, int existing, ulong index)
    {
        ReadOnlySpan<byte> key = node.Key;
        int parent = KeyOrder.ParentLength(key);
        if (existing < parent)
        {
            for (int end = existing; end < parent;)
            {
                end = KeyOrder.NextPath(key, end).Length;
                tree.Seek(key[..end]);
                tree.Insert(KeyRecord.Directory(key[..end], index, index, 0));
            }

            tree.Seek(key);
        }

        tree.Insert(node);
    }

    private bool HasChildren(ReadOnlySpan<byte> directory) =>
        TreeSearch.TryGetAfter(tree.Root, directory, out KeyRecord next) && KeyOrder.IsBelow(next.Key, directory);

    private KeyError NotFound(ReadOnlySpan<byte> key, StoreIndex current) =>
        Missing.Explain(tree.Root, key, current);

    private KeyWrite Counted(StoreCounter counter, KeyError error)
    {
        statistics.Increment(counter);
        return KeyWrite.Failed(error);
    }
}
