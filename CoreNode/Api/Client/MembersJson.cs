using System.Text.Json;

namespace CoreNode.Api.Client;

/// <summary>Reads /v2/members and /v2/members/leader.</summary>
internal static class MembersJson
{
    public static MembersOutcome ParseList(V2Reply reply) => Parse(reply, static body =>
    {
        var members = new List<ListedMember>();
        Utf8JsonReader reader = V2Json.Open(body);
        while (V2Json.NextProperty(ref reader, out string name))
        {
            if (name != "members" || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                members.Add(ReadMember(ref reader));
        }

        return members;
    });

    public static MembersOutcome ParseOne(V2Reply reply) => Parse(reply, static body =>
    {
        Utf8JsonReader reader = V2Json.Open(body);
        return [ReadMember(ref reader)];
    });

    /// <summary>An answer without a body.</summary>
    public static MembersOutcome ParseDone(V2Reply reply) =>
        reply is V2Reply.Answered { IsSuccess: true } ? new MembersOutcome.Listed([]) : Parse(reply, static _ => []);

    private static MembersOutcome Parse(V2Reply reply, Func<byte[], List<ListedMember>> read)
    {
        if (reply is V2Reply.Failed failed)
            return new MembersOutcome.Unreachable(failed.Failures) { MayHaveHappened = failed.MayHaveHappened };
        var answer = (V2Reply.Answered)reply;
        if (answer.IsSuccess)
        {
            try
            {
                return new MembersOutcome.Listed(read(answer.Body));
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
            {
                // Falls through: an answer that cannot be read is told like any other that is not the API's.
            }
        }

        return new MembersOutcome.Refused(answer.Endpoint, answer.Status, V2Json.ParseError(answer).Message);
    }

    private static ListedMember ReadMember(ref Utf8JsonReader reader)
    {
        string id = "";
        string memberName = "";
        List<string> peers = [];
        List<string> clients = [];
        bool isLearner = false;
        while (V2Json.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "id": id = reader.GetString() ?? ""; break;
                case "name": memberName = reader.GetString() ?? ""; break;
                case "peerURLs": peers = ReadStrings(ref reader); break;
                case "clientURLs": clients = ReadStrings(ref reader); break;
                case "isLearner": isLearner = reader.TokenType == JsonTokenType.True; break;
                default: reader.Skip(); break;
            }
        }

        return new ListedMember(id, memberName, peers, clients) { IsLearner = isLearner };
    }

    private static List<string> ReadStrings(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        if (reader.TokenType != JsonTokenType.StartArray)
            return texts;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            texts.Add(reader.GetString() ?? "");
        return texts;
    }
}
