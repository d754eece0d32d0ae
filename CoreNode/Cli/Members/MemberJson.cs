using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>A member as JSON: the API's fields, and what the command found out.</summary>
internal static class MemberJson
{
    /// <summary>Appends it; <paramref name="health"/> null leaves that field out; <paramref name="appendMore"/> adds
    /// fields at the end.</summary>
    public static void Append(
        StringBuilder text, ListedMember member, bool isLeader, string? health, Action? appendMore = null)
    {
        text.Append("{\"id\":");
        EtcdJson.AppendString(text, member.Id);
        text.Append(",\"name\":");
        EtcdJson.AppendString(text, member.Name);
        AppendList(text, "peerURLs", member.PeerUrls);
        AppendList(text, "clientURLs", member.ClientUrls);
        text.Append(",\"isLeader\":").Append(isLeader ? "true" : "false");
        if (health is not null)
            text.Append(",\"health\":\"").Append(health).Append('"');
        if (member.IsLearner)
            text.Append(",\"isLearner\":true");
        appendMore?.Invoke();
        text.Append('}');
    }

    private static void AppendList(StringBuilder text, string name, IReadOnlyList<string> values)
    {
        text.Append(",\"").Append(name).Append("\":[");
        for (int at = 0; at < values.Count; at++)
        {
            if (at > 0)
                text.Append(',');
            EtcdJson.AppendString(text, values[at]);
        }

        text.Append(']');
    }
}
