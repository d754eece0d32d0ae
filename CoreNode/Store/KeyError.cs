using System.Text;

namespace CoreNode.Store;

/// <summary>
/// Why a request failed. <paramref name="Cause"/> is bytes because it may quote a key, which need not be UTF-8;
/// <paramref name="Index"/> is the store index at the time, 0 for requests that never reached the store.
/// </summary>
public sealed record KeyError(ErrorCode Code, ReadOnlyMemory<byte> Cause, ulong Index)
{
    /// <summary>An error whose cause is plain text.</summary>
    public static KeyError Of(ErrorCode code, string cause, ulong index = 0) =>
        new(code, Encoding.UTF8.GetBytes(cause), index);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(int)Code}: {ErrorCodes.Message(Code)} ({Encoding.UTF8.GetString(Cause.Span)}) [{Index}]";
}
