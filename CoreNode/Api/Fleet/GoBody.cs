using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet;

/// <summary>Reads bodies as Go's json.Decoder does, and complains in its words.</summary>
internal static class GoBody
{
    /// <summary>The first value of a body; null with Go's complaint.</summary>
    public static GoJsonValue? Parse(ReadOnlySpan<byte> body, out string error)
    {
        if (GoJson.Parse(body, isStream: true, out error) is { } value)
            return value;

        // A decoder of a stream has another name for its end than one of bytes.
        if (error == "unexpected end of JSON input")
            error = body.Trim(" \t\r\n"u8).IsEmpty ? "EOF" : "unexpected EOF";
        return null;
    }

    /// <summary>A field that is a string; empty if it is absent. The first complaint is kept.</summary>
    public static string Text(GoJsonValue json, string name, ref string error)
    {
        if (json.Find(name) is not { } field)
            return "";
        if (field.Kind == GoJsonKind.Text)
            return field.Text;
        if (error.Length == 0)
            error = WrongKind(field.Kind, "string");
        return "";
    }

    /// <summary>Go's complaint about a value of the wrong kind.</summary>
    public static string WrongKind(GoJsonKind kind, string type)
    {
        string name = kind switch
        {
            GoJsonKind.Bool => "bool",
            GoJsonKind.Number => "number",
            GoJsonKind.Text => "string",
            GoJsonKind.Array => "array",
            GoJsonKind.Map => "object",
            _ => "null",
        };
        return $"json: cannot unmarshal {name} into Go value of type {type}";
    }
}
