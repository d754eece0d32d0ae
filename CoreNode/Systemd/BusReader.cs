using System.Runtime.InteropServices;

namespace CoreNode.Systemd;

/// <summary>
/// Reads a D-Bus message from its start. Lives on the connection's thread, within the callback that got the message.
/// Safety: strings point into the message and are copied at once; signatures are UTF-8 literals, which end with a zero
/// byte and do not move.
/// </summary>
internal readonly unsafe ref struct BusReader(nint message)
{
    /// <summary>Object that a signal came from.</summary>
    public string Path => Marshal.PtrToStringUTF8(LibSystemd.MessageGetPath(message)) ?? "";

    /// <summary>s, o or g.</summary>
    public string ReadString(char type = 's')
    {
        nint text;
        Check(LibSystemd.MessageReadBasic(message, (byte)type, &text));
        return Marshal.PtrToStringUTF8(text) ?? "";
    }

    /// <summary>The next string of an array; false at its end.</summary>
    public bool TryReadString(out string value)
    {
        nint text;
        bool isThere = Check(LibSystemd.MessageReadBasic(message, (byte)'s', &text)) > 0;
        value = isThere ? Marshal.PtrToStringUTF8(text) ?? "" : "";
        return isThere;
    }

    public bool ReadBool()
    {
        int value;
        Check(LibSystemd.MessageReadBasic(message, (byte)'b', &value));
        return value != 0;
    }

    public int ReadInt32()
    {
        int value;
        Check(LibSystemd.MessageReadBasic(message, (byte)'i', &value));
        return value;
    }

    public uint ReadUInt32()
    {
        uint value;
        Check(LibSystemd.MessageReadBasic(message, (byte)'u', &value));
        return value;
    }

    public ulong ReadUInt64()
    {
        ulong value;
        Check(LibSystemd.MessageReadBasic(message, (byte)'t', &value));
        return value;
    }

    /// <summary>
    /// Steps into an array (a), struct (r), dictionary entry (e) or variant (v); false at an array's end.
    /// </summary>
    public bool Enter(char type, ReadOnlySpan<byte> contents)
    {
        fixed (byte* signature = contents)
            return Check(LibSystemd.MessageEnterContainer(message, (byte)type, signature)) > 0;
    }

    public void Exit() => Check(LibSystemd.MessageExitContainer(message));

    public void Skip(ReadOnlySpan<byte> types)
    {
        fixed (byte* signature = types)
            Check(LibSystemd.MessageSkip(message, signature));
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new FormatException($"a D-Bus message is not what was expected (error {result})");
}
