using CoreNode.Store;

namespace CoreNode.Api.Wire;

/// <summary>Members as /v2/members shows them.</summary>
public static class MemberJson
{
    /// <summary>The whole list, with etcd's line feed.</summary>
    public static void WriteList(JsonBuffer json, IReadOnlyList<Member> members)
    {
        json.Raw("{\"members\":["u8);
        for (int i = 0; i < members.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            Write(json, members[i]);
        }

        json.Raw("]}\n"u8);
    }

    /// <summary>One member.</summary>
    public static void Write(JsonBuffer json, Member member)
    {
        json.Raw("{\"id\":"u8);
        json.Quoted(member.Id.ToString());
        json.Raw(",\"name\":"u8);
        json.Quoted(member.Name);
        json.Raw(",\"peerURLs\":"u8);
        WriteTexts(json, member.PeerUrls);
        json.Raw(",\"clientURLs\":"u8);
        WriteTexts(json, member.ClientUrls);
        json.Raw("}"u8);
    }

    /// <summary>A list of strings.</summary>
    public static void WriteTexts(JsonBuffer json, IReadOnlyList<string> texts)
    {
        json.Raw("["u8);
        for (int i = 0; i < texts.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            json.Quoted(texts[i]);
        }

        json.Raw("]"u8);
    }
}
