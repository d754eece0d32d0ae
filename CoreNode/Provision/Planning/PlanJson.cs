using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// A plan for programs (-o json): {"changes":[…],"findings":[…]}. Names and their meaning stay; new ones may come.
/// Secrets are not in it.
/// </summary>
public static class PlanJson
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The whole plan, in UTF-8, with a line end.</summary>
    public static ReadOnlyMemory<byte> Write(Plan plan) => Write(plan.Changes, plan.Findings);

    /// <summary>Findings alone, in the same form with "changes" empty.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<Finding> findings) => Write([], findings);

    private static ReadOnlyMemory<byte> Write(IReadOnlyList<Change> changes, IReadOnlyList<Finding> findings)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, s_options))
        {
            json.WriteStartObject();
            json.WriteStartArray("changes");
            foreach (Change change in changes)
                Write(json, change);
            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (Finding finding in findings)
                Write(json, finding);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, Change change)
    {
        json.WriteStartObject();
        json.WriteString("action", ChangeWords.Action(change));
        json.WriteString("subject", change.Subject);
        switch (change)
        {
            case PutFile put:
                WriteOwner(json, put.Mode, put.User, put.Group);
                if (put.IsSecret)
                    json.WriteBoolean("secret", true);
                else
                {
                    json.WriteNumber("size", put.Content.Length);
                    json.WriteString("diff", ChangeWords.Diff(put));
                }

                break;
            case PutFolder put:
                WriteOwner(json, put.Mode, put.User, put.Group);
                break;
            case SetAttributes set:
                WriteOwner(json, set.Mode, set.User, set.Group);
                break;
            case PutLink put:
                json.WriteString("target", put.Target);
                break;
            case SetHostname set:
                json.WriteString("before", set.Before);
                break;
            default:
                break;
        }

        json.WriteString("from", change.From);
        json.WriteEndObject();
    }

    private static void WriteOwner(Utf8JsonWriter json, int mode, uint user, uint group)
    {
        json.WriteString("mode", ChangeWords.Octal(mode));
        json.WriteNumber("user", user);
        json.WriteNumber("group", group);
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("severity", PlanText.Word(finding.Severity));
        json.WriteString("source", finding.Source);
        json.WriteNumber("line", finding.Place.Line);
        json.WriteNumber("column", finding.Place.Column);
        json.WriteString("key", finding.Key);
        json.WriteString("reason", finding.Reason);
        json.WriteString("suggestion", finding.Suggestion);
        json.WriteEndObject();
    }
}
