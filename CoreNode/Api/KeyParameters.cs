using CoreNode.Api.Wire;
using CoreNode.Store;
using static CoreNode.Api.KeyFields;

namespace CoreNode.Api;

/// <summary>
/// The checked parameters of a /v2/keys request. The checks come in etcd's order, so of several mistakes the same one
/// is answered; some causes quote the name, some do not, as etcd's.
/// </summary>
internal ref struct KeyParameters
{
    /// <summary>The value; empty if none was given.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Condition on the value; empty means none.</summary>
    public ReadOnlySpan<byte> PreviousValue { get; private set; }

    /// <summary>Condition on the modified index; 0 means none.</summary>
    public ulong PreviousIndex { get; private set; }

    /// <summary>Condition on existence; null means none.</summary>
    public bool? PreviousExists { get; private set; }

    /// <summary>Time to live in seconds; null means none.</summary>
    public ulong? Ttl { get; private set; }

    public bool IsDirectory { get; private set; }

    public bool IsRecursive { get; private set; }

    public bool IsRefresh { get; private set; }

    public bool IsQuorum { get; private set; }

    public bool NoValueOnSuccess { get; private set; }

    /// <summary>wait=true: the answer is the next change.</summary>
    public bool IsWait { get; private set; }

    /// <summary>stream=true: the answer is all further changes.</summary>
    public bool IsStream { get; private set; }

    /// <summary>First store index of interest to a watch; 0 means from now on.</summary>
    public ulong WaitIndex { get; private set; }

    /// <summary>
    /// Reads what a request was given. <paramref name="formError"/> is what was wrong with its body already.
    /// <paramref name="room"/> must be as long as form and query together; the spans point into it and into both.
    /// </summary>
    public static KeyError? Parse(
        string method,
        ReadOnlySpan<byte> query,
        ReadOnlySpan<byte> form,
        string? formError,
        Span<byte> room,
        out KeyParameters parameters)
    {
        parameters = default;
        if (query.IsEmpty && form.IsEmpty && formError is null)
            return null;
        KeyFields fields = default;
        string? error = fields.Read(form, query, room);
        error = formError ?? error;
        return error is not null
            ? KeyError.Of(ErrorCode.InvalidForm, error)
            : parameters.Check(method, fields);
    }

    private KeyError? Check(string method, in KeyFields fields)
    {
        if (!TryIndex(fields, Field.PreviousIndex, fields.PreviousIndex, out ulong previousIndex))
            return KeyError.Of(ErrorCode.IndexNaN, "invalid value for \"prevIndex\"");
        if (!TryIndex(fields, Field.WaitIndex, fields.WaitIndex, out ulong waitIndex))
            return KeyError.Of(ErrorCode.IndexNaN, "invalid value for \"waitIndex\"");
        if (!TryBool(fields, Field.Recursive, fields.Recursive, out bool recursive))
            return Invalid("\"recursive\"");
        if (!TryBool(fields, Field.Sorted, fields.Sorted, out _))
            return Invalid("\"sorted\"");
        if (!TryBool(fields, Field.Wait, fields.Wait, out bool wait))
            return Invalid("\"wait\"");
        if (!TryBool(fields, Field.Directory, fields.Directory, out bool directory))
            return Invalid("\"dir\"");
        if (!TryBool(fields, Field.Quorum, fields.Quorum, out bool quorum))
            return Invalid("\"quorum\"");
        if (!TryBool(fields, Field.Stream, fields.Stream, out bool stream))
            return Invalid("\"stream\"");
        if (wait && method != "GET")
            return KeyError.Of(ErrorCode.InvalidField, "\"wait\" can only be used with GET requests");
        PreviousIndex = previousIndex;
        WaitIndex = waitIndex;
        IsRecursive = recursive;
        IsWait = wait;
        IsDirectory = directory;
        IsQuorum = quorum;
        IsStream = stream;
        return CheckWrite(fields);
    }

    private KeyError? CheckWrite(in KeyFields fields)
    {
        if (fields.Has(Field.PreviousValue) && fields.PreviousValue.IsEmpty)
            return KeyError.Of(ErrorCode.PreviousValueRequired, "\"prevValue\" cannot be empty");
        if (!TryBool(fields, Field.NoValueOnSuccess, fields.NoValueOnSuccess, out bool noValue))
            return Invalid("\"noValueOnSuccess\"");
        ulong ttl = 0;
        if (!fields.Ttl.IsEmpty && !GoText.TryParseUInt64(fields.Ttl, out ttl))
            return KeyError.Of(ErrorCode.TtlNaN, "invalid value for \"ttl\"");
        if (!TryBool(fields, Field.PreviousExists, fields.PreviousExists, out bool previousExists))
            return Invalid("prevExist");
        if (!TryBool(fields, Field.Refresh, fields.Refresh, out bool refresh))
            return Invalid("refresh");
        if (refresh && !fields.Value.IsEmpty)
            return KeyError.Of(ErrorCode.RefreshValue, "A value was provided on a refresh");
        if (refresh && fields.Ttl.IsEmpty)
            return KeyError.Of(ErrorCode.RefreshTtlRequired, "No TTL value set");
        Value = fields.Value;
        PreviousValue = fields.PreviousValue;
        PreviousExists = fields.Has(Field.PreviousExists) ? previousExists : null;
        Ttl = fields.Ttl.IsEmpty ? null : ttl;
        IsRefresh = refresh;
        NoValueOnSuccess = noValue;
        return null;
    }

    private static KeyError Invalid(string name) => KeyError.Of(ErrorCode.InvalidField, "invalid value for " + name);

    private static bool TryIndex(in KeyFields fields, Field field, ReadOnlySpan<byte> text, out ulong index)
    {
        index = 0;
        return !fields.Has(field) || GoText.TryParseUInt64(text, out index);
    }

    private static bool TryBool(in KeyFields fields, Field field, ReadOnlySpan<byte> text, out bool value)
    {
        value = false;
        return !fields.Has(field) || GoText.TryParseBool(text, out value);
    }
}
