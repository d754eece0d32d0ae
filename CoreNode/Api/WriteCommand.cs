using CoreNode.Api.Wire;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>Makes the log's command of a write request, by etcd's order of conditions.</summary>
internal static class WriteCommand
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>The command's bytes; the spans of <paramref name="parameters"/> are copied.</summary>
    public static byte[] Encode(string method, ReadOnlySpan<byte> key, in KeyParameters parameters, TimeProvider time)
    {
        KeyOperation operation = Choose(method, parameters);
        KeyCommand command = new()
        {
            Operation = operation,
            Key = key,
            IsDirectory = parameters.IsDirectory,
            IsRecursive = parameters.IsRecursive && method == "DELETE",
            IsRefresh = parameters.IsRefresh && method == "PUT",
        };
        if (parameters.Ttl is { } ttl)
            command.ExpirationUnixNs = Deadline(ttl, Rfc3339.ToUnixNs(time.GetUtcNow()));
        switch (operation)
        {
            case KeyOperation.Set or KeyOperation.Create or KeyOperation.CreateInOrder when parameters.IsDirectory:
            case KeyOperation.Delete:
                break;
            case KeyOperation.CompareAndDelete:
                command.PreviousValue = parameters.PreviousValue;
                command.PreviousIndex = parameters.PreviousIndex;
                break;
            case KeyOperation.CompareAndSwap:
                command.PreviousValue = parameters.PreviousValue;
                command.PreviousIndex = parameters.PreviousIndex;
                command.Value = parameters.Value;
                break;
            default:
                command.Value = parameters.Value;
                break;
        }

        return command.Encode();
    }

    /// <summary>
    /// Now plus the ttl, with the wrap-around of Go's 64-bit durations that etcd has: more than 292 years ahead lands
    /// before the year 2000, which the store takes as permanent, and 2^64-1 seconds is a second ago.
    /// </summary>
    public static long Deadline(ulong ttlSeconds, long nowUnixNs) =>
        unchecked(nowUnixNs + (long)ttlSeconds * NsPerSecond);

    private static KeyOperation Choose(string method, in KeyParameters parameters)
    {
        bool isConditional = parameters.PreviousIndex > 0 || !parameters.PreviousValue.IsEmpty;
        return method switch
        {
            "POST" => KeyOperation.CreateInOrder,
            "DELETE" => isConditional ? KeyOperation.CompareAndDelete : KeyOperation.Delete,
            _ => parameters.PreviousExists switch
            {
                false => KeyOperation.Create,
                true when !isConditional => KeyOperation.Update,
                _ => isConditional ? KeyOperation.CompareAndSwap : KeyOperation.Set,
            },
        };
    }
}
