using System.Text;

namespace CoreNode.Database;

/// <summary>
/// A statement that was prepared once and is run often. Parameters and columns are counted from 1 and from 0, as SQLite
/// does. Belongs to its connection's thread. Safety: the pointer is freed once, by <see cref="Dispose"/>; what a column
/// points to is copied at once.
/// </summary>
public sealed unsafe class DatabaseStatement : IDisposable
{
    private const int MostBytesOnStack = 512;

    private readonly DatabaseFile _file;
    private nint _statement;

    internal DatabaseStatement(DatabaseFile file, nint statement)
    {
        _file = file;
        _statement = statement;
    }

    /// <summary>Gives a parameter a number.</summary>
    public DatabaseStatement Bind(int index, long value)
    {
        Check(LibSqlite.BindNumber(_statement, index, value));
        return this;
    }

    /// <summary>Gives a parameter a text, or null.</summary>
    public DatabaseStatement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> room = most <= MostBytesOnStack ? stackalloc byte[MostBytesOnStack] : new byte[most];
        int length = Encoding.UTF8.GetBytes(value, room);
        fixed (byte* text = room)
            Check(LibSqlite.BindText(_statement, index, text, length, LibSqlite.Transient));
        return this;
    }

    /// <summary>Gives a parameter bytes.</summary>
    public DatabaseStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        // A pointer to nothing would mean null.
        byte none = 0;
        fixed (byte* bytes = value)
        {
            byte* from = value.IsEmpty ? &none : bytes;
            Check(LibSqlite.BindBytes(_statement, index, from, value.Length, LibSqlite.Transient));
        }

        return this;
    }

    /// <summary>Makes a parameter null.</summary>
    public DatabaseStatement BindNull(int index)
    {
        Check(LibSqlite.BindNull(_statement, index));
        return this;
    }

    /// <summary>Goes to the next row; false at the end, and then it may be run again.</summary>
    public bool Step()
    {
        int code = LibSqlite.Step(_statement);
        if (code == LibSqlite.Row)
            return true;
        if (code == LibSqlite.Done)
        {
            _ = LibSqlite.Reset(_statement);
            return false;
        }

        IOException fault = _file.Fault(code, "a statement");
        _ = LibSqlite.Reset(_statement);
        throw fault;
    }

    /// <summary>Runs it to its end; rows that it gives are dropped.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Begins anew; needed where not all rows were read.</summary>
    public void Reset() => _ = LibSqlite.Reset(_statement);

    /// <summary>True if a column of this row is null.</summary>
    public bool IsNull(int column) => LibSqlite.TypeOf(_statement, column) == LibSqlite.Null;

    /// <summary>A column as a number; 0 if it is null.</summary>
    public long Number(int column) => LibSqlite.Number(_statement, column);

    /// <summary>A column as text; empty if it is null.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Utf8(column));

    /// <summary>A column's text in UTF-8 or its bytes, till the next call.</summary>
    public ReadOnlySpan<byte> Utf8(int column)
    {
        byte* text = LibSqlite.Text(_statement, column);
        return text is null ? [] : new ReadOnlySpan<byte>(text, LibSqlite.LengthOf(_statement, column));
    }

    /// <summary>A column's bytes; empty if it is null.</summary>
    public byte[] Bytes(int column)
    {
        byte* bytes = LibSqlite.Bytes(_statement, column);
        return bytes is null ? [] : new ReadOnlySpan<byte>(bytes, LibSqlite.LengthOf(_statement, column)).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        nint statement = _statement;
        _statement = 0;
        if (statement != 0)
            _ = LibSqlite.Free(statement);
    }

    private void Check(int code)
    {
        if (code != LibSqlite.Ok)
            throw _file.Fault(code, "a parameter");
    }
}
