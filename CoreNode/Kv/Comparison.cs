using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>The conditions of compareAndSwap and compareAndDelete.</summary>
internal static class Comparison
{
    /// <summary>
    /// Error 101 if the file is not what the command expects. Its cause shows only what differs, wanted and found, the
    /// value first: "[two != one] [1 != 7]".
    /// </summary>
    public static KeyError? Check(in KeyCommand command, KeyRecord found, StoreIndex current)
    {
        bool isIndexRight = command.PreviousIndex == 0 || command.PreviousIndex == found.ModifiedIndex;
        bool isValueRight = command.PreviousValue.IsEmpty || command.PreviousValue.SequenceEqual(found.Value);
        if (isIndexRight && isValueRight)
            return null;
        byte[] valuePart = isValueRight
            ? []
            : [(byte)'[', .. command.PreviousValue, .. " != "u8, .. found.Value, (byte)']'];
        byte[] indexPart = isIndexRight ? [] : Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"[{command.PreviousIndex} != {found.ModifiedIndex}]"));
        byte[] cause = isIndexRight || isValueRight
            ? [.. valuePart, .. indexPart]
            : [.. valuePart, (byte)' ', .. indexPart];
        return new KeyError(ErrorCode.CompareFailed, cause, current.Value);
    }
}
