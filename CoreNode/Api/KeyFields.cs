namespace CoreNode.Api;

/// <summary>
/// The parameters of a /v2/keys request as they came, decoded but not checked. Those of the form come before those of
/// the query, and of repeated ones the first counts; names that etcd does not know are passed over.
/// </summary>
internal ref struct KeyFields
{
    private Field _present;

    public ReadOnlySpan<byte> Value { get; private set; }

    public ReadOnlySpan<byte> Ttl { get; private set; }

    public ReadOnlySpan<byte> Directory { get; private set; }

    public ReadOnlySpan<byte> Recursive { get; private set; }

    public ReadOnlySpan<byte> Sorted { get; private set; }

    public ReadOnlySpan<byte> Wait { get; private set; }

    public ReadOnlySpan<byte> WaitIndex { get; private set; }

    public ReadOnlySpan<byte> Stream { get; private set; }

    public ReadOnlySpan<byte> PreviousValue { get; private set; }

    public ReadOnlySpan<byte> PreviousIndex { get; private set; }

    public ReadOnlySpan<byte> PreviousExists { get; private set; }

    public ReadOnlySpan<byte> Quorum { get; private set; }

    public ReadOnlySpan<byte> Refresh { get; private set; }

    public ReadOnlySpan<byte> NoValueOnSuccess { get; private set; }

    /// <summary>A parameter's name, one bit each.</summary>
    [Flags]
    public enum Field
    {
        None = 0,
        Value = 1,
        Ttl = 1 << 1,
        Directory = 1 << 2,
        Recursive = 1 << 3,
        Sorted = 1 << 4,
        Wait = 1 << 5,
        WaitIndex = 1 << 6,
        Stream = 1 << 7,
        PreviousValue = 1 << 8,
        PreviousIndex = 1 << 9,
        PreviousExists = 1 << 10,
        Quorum = 1 << 11,
        Refresh = 1 << 12,
        NoValueOnSuccess = 1 << 13,
    }

    /// <summary>True if the parameter was given, be it empty.</summary>
    public readonly bool Has(Field field) => (_present & field) != 0;

    /// <summary>
    /// Takes form and query; the error is Go's complaint about the form, else that about the query, null if neither.
    /// <paramref name="room"/> must be as long as both together.
    /// </summary>
    public string? Read(ReadOnlySpan<byte> form, ReadOnlySpan<byte> query, Span<byte> room)
    {
        FormReader reader = new(form, room);
        while (reader.MoveNext())
            Keep(reader.Name, reader.Value);
        string? error = reader.Error;
        reader = new FormReader(query, reader.Room);
        while (reader.MoveNext())
            Keep(reader.Name, reader.Value);
        return error ?? reader.Error;
    }

    private static Field Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 => name.SequenceEqual("ttl"u8) ? Field.Ttl : name.SequenceEqual("dir"u8) ? Field.Directory : Field.None,
        4 => name.SequenceEqual("wait"u8) ? Field.Wait : Field.None,
        5 => name.SequenceEqual("value"u8) ? Field.Value : Field.None,
        6 => name.SequenceEqual("sorted"u8) ? Field.Sorted
            : name.SequenceEqual("stream"u8) ? Field.Stream
            : name.SequenceEqual("quorum"u8) ? Field.Quorum : Field.None,
        7 => name.SequenceEqual("refresh"u8) ? Field.Refresh : Field.None,
        9 => name.SequenceEqual("recursive"u8) ? Field.Recursive
            : name.SequenceEqual("waitIndex"u8) ? Field.WaitIndex
            : name.SequenceEqual("prevValue"u8) ? Field.PreviousValue
            : name.SequenceEqual("prevIndex"u8) ? Field.PreviousIndex
            : name.SequenceEqual("prevExist"u8) ? Field.PreviousExists : Field.None,
        16 => name.SequenceEqual("noValueOnSuccess"u8) ? Field.NoValueOnSuccess : Field.None,
        _ => Field.None,
    };

    private void Keep(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Field field = Find(name);
        if (Has(field))
            return;
        _present |= field;
        switch (field)
        {
            case Field.Value: Value = value; break;
            case Field.Ttl: Ttl = value; break;
            case Field.Directory: Directory = value; break;
            case Field.Recursive: Recursive = value; break;
            case Field.Sorted: Sorted = value; break;
            case Field.Wait: Wait = value; break;
            case Field.WaitIndex: WaitIndex = value; break;
            case Field.Stream: Stream = value; break;
            case Field.PreviousValue: PreviousValue = value; break;
            case Field.PreviousIndex: PreviousIndex = value; break;
            case Field.PreviousExists: PreviousExists = value; break;
            case Field.Quorum: Quorum = value; break;
            case Field.Refresh: Refresh = value; break;
            case Field.NoValueOnSuccess: NoValueOnSuccess = value; break;
            case Field.None: break;
            default: throw new InvalidOperationException("a parameter without a place");
        }
    }
}
