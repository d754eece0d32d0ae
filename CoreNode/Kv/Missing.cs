using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>Why a key is not there, as etcd says it.</summary>
internal static class Missing
{
    /// <summary>100 with the first missing component as its cause, or 104 with the file in the way.</summary>
    public static KeyError Explain(TreeNode root, ReadOnlySpan<byte> key, StoreIndex index)
    {
        int existing = TreeSearch.ExistingPathLength(root, key, out KeyRecord fileInTheWay);
        return Explain(key, existing, fileInTheWay, index);
    }

    /// <summary>The same for who has already looked how far the path exists.</summary>
    public static KeyError Explain(ReadOnlySpan<byte> key, int existing, KeyRecord fileInTheWay, StoreIndex index) =>
        fileInTheWay.IsNone
            ? new KeyError(ErrorCode.KeyNotFound, KeyOrder.NextPath(key, existing).ToArray(), index.Value)
            : new KeyError(ErrorCode.NotADirectory, fileInTheWay.Key.ToArray(), index.Value);
}
