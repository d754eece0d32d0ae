using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Wire;

/// <summary>Members as /v2/members shows them.</summary>
public static class MemberJson
{
    /// <summary>The whole list, with etcd's line feed; members without a vote say so.</summary>
    public static void WriteList(JsonBuffer json, IReadOnlyList<Member> members, IReadOnlyList<NodeId> learners)
    {
        json.Raw("{\"members\":["u8);
        for (int i = 0; i < members.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            Write(json, members[i], learners.Contains(members[i].Id));
        }

        json.Raw("]}\n"u8);
    }

    /// <summary>
    /// One member. etcd's v2 API knows no learners: the field is ours, last, and only there when it is true.
    /// </summary>
    public static void Write(JsonBuffer json, Member member, bool isLearner = false)
    {
        json.Raw("{\"id\":"u8);
        json.Quoted(member.Id.ToString());
        json.Raw(",\"name\":"u8);
        json.Quoted(member.Name);
        json.Raw(",\"peerURLs\":"u8);
        WriteTexts(json, member.PeerUrls);
        json.Raw(",\"clientURLs\":"u8);
        WriteTexts(json, member.ClientUrls);
        json.Raw(isLearner ? ",\"isLearner\":true}"u8 : "}"u8);
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
