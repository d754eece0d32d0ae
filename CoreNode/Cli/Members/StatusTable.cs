using System.Globalization;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary><c>cluster status</c> as a table, and the same as JSON.</summary>
internal sealed class StatusTable(IReadOnlyList<MemberStatus> members, string? leaderId)
{
    private static readonly string[] s_columns =
        ["ID", "NAME", "ROLE", "HEALTH", "TERM", "INDEX", "LAG", "KEYS", "DISK", "FSYNC P99", "CLIENTS", "PEERS"];

    private MemberStatus? Leader => members.FirstOrDefault(m => m.Member.Id == leaderId);

    /// <summary>Writes who leads, then a line for each member, then why some are not healthy.</summary>
    public void Write(CliSession session)
    {
        TextWriter output = session.Host.Output;
        output.WriteLine(Headline());
        TextTable.Write(session, s_columns, [.. members.Select(Row)]);
        foreach (MemberStatus one in members.Where(m => m.Reason.Length > 0))
            output.WriteLine($"{MemberNames.Label(one.Member)}: {one.Reason}");
    }

    /// <summary>For programs: stable names; what is not known is left out.</summary>
    public string ToJson()
    {
        var text = new StringBuilder("{\"healthy\":");
        bool isHealthy = members.Any(m => m.Health.State == HealthState.Healthy);
        text.Append(isHealthy ? "true" : "false").Append(",\"leader\":");
        EtcdJson.AppendString(text, leaderId ?? "");
        text.Append(",\"members\":[");
        for (int at = 0; at < members.Count; at++)
        {
            MemberStatus one = members[at];
            text.Append(at == 0 ? "" : ",");
            MemberJson.Append(text, one.Member, one.Member.Id == leaderId, HealthText.Name(one.Health.State), () =>
            {
                text.Append(",\"reason\":");
                EtcdJson.AppendString(text, one.Reason);
                if (one.Status is { } status)
                    text.Append(",\"status\":").Append(status.Json);
            });
        }

        return text.Append("]}").ToString();
    }

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private string Headline()
    {
        if (Leader is not { } leader)
            return "no leader: nothing can be written until most voting members are back";
        if (leader.Status is not { } status)
            return $"leader: {MemberNames.Label(leader.Member)}";
        return $"leader: {MemberNames.Label(leader.Member)} since {status.LeaderSince}, term {status.Term}";
    }

    private string[] Row(MemberStatus one)
    {
        ListedMember member = one.Member;
        NodeStatus? status = one.Status;
        string name = member.Name.Length == 0 ? "(not started)" : member.Name;
        string role = status?.Role ?? (member.Id == leaderId ? "leader"
            : member.IsLearner ? "learner" : member.Name.Length == 0 ? "-" : "follower");
        ulong? lag = Leader?.Status?.FollowerLags.TryGetValue(member.Id, out ulong known) == true ? known : status?.Lag;
        return
        [
            member.Id,
            name,
            role,
            HealthText.Name(one.Health.State),
            status is null ? "-" : Number(status.Term),
            status is null ? "-" : Number(status.Applied),
            lag is null ? "-" : Number(lag.Value),
            status is null ? "-" : Number(status.Keys),
            status is null ? "-" : (status.DiskBytes / 1e6).ToString("0.0 MB", CultureInfo.InvariantCulture),
            status is null ? "-" : status.SyncP99Ms.ToString("0.0 ms", CultureInfo.InvariantCulture),
            string.Join(",", member.ClientUrls),
            string.Join(",", member.PeerUrls),
        ];
    }
}
