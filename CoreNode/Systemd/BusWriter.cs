using System.Text;

namespace CoreNode.Systemd;

/// <summary>
/// Writes the arguments of a D-Bus call, answer or signal. Lives on the connection's thread. Safety: the library copies
/// what it is given; signatures are UTF-8 literals, which end with a zero byte.
/// </summary>
internal readonly unsafe ref struct BusWriter(nint message)
{
    public void Write(string text, char type = 's')
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        fixed (byte* pinned = bytes)
            Check(LibSystemd.MessageAppendBasic(message, (byte)type, pinned));
    }

    public void Write(bool value)
    {
        int number = value ? 1 : 0;
        Check(LibSystemd.MessageAppendBasic(message, (byte)'b', &number));
    }

    public void Write(int value) => Check(LibSystemd.MessageAppendBasic(message, (byte)'i', &value));

    public void Write(long value) => Check(LibSystemd.MessageAppendBasic(message, (byte)'x', &value));

    public void Write(double value) => Check(LibSystemd.MessageAppendBasic(message, (byte)'d', &value));

    public void Write(ulong value) => Check(LibSystemd.MessageAppendBasic(message, (byte)'t', &value));

    public void Write(uint value) => Check(LibSystemd.MessageAppendBasic(message, (byte)'u', &value));

    /// <summary>Array of strings.</summary>
    public void Write(IEnumerable<string> texts)
    {
        Open('a', "s"u8);
        foreach (string text in texts)
            Write(text);
        Close();
    }

    /// <summary>Array of bytes.</summary>
    public void Write(byte[] bytes)
    {
        fixed (byte* pinned = bytes)
            Check(LibSystemd.MessageAppendArray(message, (byte)'y', pinned, (nuint)bytes.Length));
    }

    public void Open(char type, ReadOnlySpan<byte> contents)
    {
        fixed (byte* signature = contents)
            Check(LibSystemd.MessageOpenContainer(message, (byte)type, signature));
    }

    public void Close() => Check(LibSystemd.MessageCloseContainer(message));

    /// <summary>One (sv) of a list of properties.</summary>
    public void WriteProperty(string name, string value)
    {
        Open('r', "sv"u8);
        Write(name);
        Open('v', "s"u8);
        Write(value);
        Close();
        Close();
    }

    /// <inheritdoc cref="WriteProperty(string, string)"/>
    public void WriteProperty(string name, bool value)
    {
        Open('r', "sv"u8);
        Write(name);
        Open('v', "b"u8);
        Write(value);
        Close();
        Close();
    }

    /// <inheritdoc cref="WriteProperty(string, string)"/>
    public void WriteProperty(string name, ulong value)
    {
        Open('r', "sv"u8);
        Write(name);
        Open('v', "t"u8);
        Write(value);
        Close();
        Close();
    }

    /// <inheritdoc cref="WriteProperty(string, string)"/>
    public void WriteProperty(string name, byte[] value)
    {
        Open('r', "sv"u8);
        Write(name);
        Open('v', "ay"u8);
        Write(value);
        Close();
        Close();
    }

    /// <inheritdoc cref="WriteProperty(string, string)"/>
    public void WriteProperty(string name, int value)
    {
        Open('r', "sv"u8);
        Write(name);
        Open('v', "i"u8);
        Write(value);
        Close();
        Close();
    }

    /// <inheritdoc cref="WriteProperty(string, string)"/>
    public void WriteProperty(string name, IEnumerable<string> value)
    {
        Open('r', "sv"u8);
        Write(name);
        Open('v', "as"u8);
        Write(value);
        Close();
        Close();
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new FormatException($"a D-Bus message cannot be written (error {result})");
    }
}
