using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Clients;

/// <summary>
/// Log commands of the calls of <see cref="IKvClient"/>, with the refusals and the order of conditions that the v2 API
/// has.
/// </summary>
internal static class KvCommands
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>A write under conditions; null with the refusal where the options make no sense.</summary>
    internal static byte[]? Set(
        byte[] key, string value, KvSetOptions options, long nowUnixNs, out KvOutcome? refusal)
    {
        refusal = options switch
        {
            { PreviousValue: "" } => PreviousValueIsEmpty(),
            { IsRefresh: true, TimeToLive: null } =>
                KvText.Refused(KeyError.Of(ErrorCode.RefreshTtlRequired, "No TTL value set")),
            _ => RefuseTtl(options.TimeToLive),
        };
        if (refusal is not null)
            return null;
        bool isConditional = options.PreviousIndex != StoreIndex.Zero || options.PreviousValue is not null;
        KeyCommand command = new()
        {
            Operation = options.MustExist switch
            {
                false => KeyOperation.Create,
                true when !isConditional => KeyOperation.Update,
                _ => isConditional ? KeyOperation.CompareAndSwap : KeyOperation.Set,
            },
            Key = key,
            IsDirectory = options.IsDirectory,
            IsRefresh = options.IsRefresh,
            ExpirationUnixNs = Deadline(options.TimeToLive, nowUnixNs),
        };
        if (!options.IsDirectory && !options.IsRefresh)
            command.Value = Encoding.UTF8.GetBytes(value);
        if (command.Operation == KeyOperation.CompareAndSwap)
        {
            command.PreviousValue = Encoding.UTF8.GetBytes(options.PreviousValue ?? "");
            command.PreviousIndex = options.PreviousIndex.Value;
        }

        return command.Encode();
    }

    /// <summary>A key that the store names.</summary>
    internal static byte[]? CreateInOrder(
        byte[] directory, string value, TimeSpan? timeToLive, long nowUnixNs, out KvOutcome? refusal)
    {
        refusal = RefuseTtl(timeToLive);
        return refusal is not null ? null : new KeyCommand
        {
            Operation = KeyOperation.CreateInOrder,
            Key = directory,
            Value = Encoding.UTF8.GetBytes(value),
            ExpirationUnixNs = Deadline(timeToLive, nowUnixNs),
        }.Encode();
    }

    /// <summary>A removal under conditions.</summary>
    internal static byte[]? Delete(byte[] key, KvDeleteOptions options, out KvOutcome? refusal)
    {
        refusal = options.PreviousValue is "" ? PreviousValueIsEmpty() : null;
        if (refusal is not null)
            return null;
        bool isConditional = options.PreviousIndex != StoreIndex.Zero || options.PreviousValue is not null;
        return new KeyCommand
        {
            Operation = isConditional ? KeyOperation.CompareAndDelete : KeyOperation.Delete,
            Key = key,
            IsDirectory = options.IsDirectory,
            IsRecursive = options.IsRecursive,
            PreviousValue = Encoding.UTF8.GetBytes(options.PreviousValue ?? ""),
            PreviousIndex = options.PreviousIndex.Value,
        }.Encode();
    }

    private static KvOutcome PreviousValueIsEmpty() =>
        KvText.Refused(KeyError.Of(ErrorCode.PreviousValueRequired, "\"prevValue\" cannot be empty"));

    private static KvOutcome? RefuseTtl(TimeSpan? timeToLive) => timeToLive?.TotalSeconds <= -1
        ? KvText.Refused(KeyError.Of(ErrorCode.TtlNaN, "invalid value for \"ttl\""))
        : null;

    private static long Deadline(TimeSpan? timeToLive, long nowUnixNs) => timeToLive is { } ttl
        ? unchecked(nowUnixNs + ((long)ttl.TotalSeconds * NsPerSecond))
        : 0;
}
