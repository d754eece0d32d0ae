using System.Net;
using CoreNode.Platform;

namespace CoreNode.Discovery;

/// <summary>What the decision about a domain's SRV records is made from.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Self">This machine: its name, and the peer URLs that it tells others; null if it only looks.</param>
/// <param name="OwnEndPoints">What those URLs lead to.</param>
/// <param name="Secure">Records of _etcd-server-ssl._tcp.</param>
/// <param name="Plain">Records of _etcd-server._tcp.</param>
/// <param name="Addresses">What the targets' names lead to; a target that is missing could not be looked up.</param>
public sealed record SrvPlan(
    string Domain,
    FoundMember? Self,
    IReadOnlySet<IPEndPoint> OwnEndPoints,
    IReadOnlyList<SrvRecord> Secure,
    IReadOnlyList<SrvRecord> Plain,
    IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> Addresses)
{
    /// <summary>
    /// The members, by priority; which of them this machine is, its name and URLs tell. The names of the others are
    /// those of their hosts, and only for people: identities follow from the URLs, which are the same everywhere.
    /// </summary>
    public SearchOutcome Decide()
    {
        List<Target> targets = Targets();
        if (targets.Count > SearchPlan.MostMembers)
        {
            return new SearchOutcome.Failed(
                $"{Domain} names {targets.Count} members, and at most {SearchPlan.MostMembers} vote; machines without "
                + "a record become proxies");
        }

        Target? own = targets.Find(t => IsOwn(t) && SchemeFits(t));
        if (own is null && targets.Find(IsOwn) is { } other)
        {
            return new SearchOutcome.Failed(
                $"{Domain} names this machine as {other.Url}, but it serves {Self!.Text}: make the scheme of "
                + "--listen-peer-urls and --initial-advertise-peer-urls and the kind of the record the same "
                + "(_etcd-server-ssl._tcp for https, _etcd-server._tcp for http)");
        }

        List<FoundMember> members = [];
        foreach (Target target in targets)
            members.Add(new FoundMember(target == own ? Self!.Name : NameOf(target), [target.Url]));
        return new SearchOutcome.Found(members, own is null ? null : members[targets.IndexOf(own)]);
    }

    private List<Target> Targets()
    {
        IEnumerable<Target> all = Secure.Select(r => new Target(r, "https")).Concat(
            Plain.Select(r => new Target(r, "http")));
        return
        [
            .. all.OrderBy(t => t.Record.Priority).ThenByDescending(t => t.Record.Weight)
                .ThenBy(t => t.Url, StringComparer.Ordinal)
                .GroupBy(t => (t.Record.Target, t.Record.Port))
                .Select(same => same.FirstOrDefault(t => t.Scheme == "https") ?? same.First()),
        ];
    }

    private bool IsOwn(Target target) => Self is not null
        && (Self.PeerUrls.Any(url => new Uri(url) is { } own && own.Host == target.Record.Target
                && own.Port == target.Record.Port)
            || (Addresses.TryGetValue(target.Record.Target, out IReadOnlyList<IPAddress>? addresses)
                && addresses.Any(address => OwnEndPoints.Contains(new IPEndPoint(address, target.Record.Port)))));

    private bool SchemeFits(Target target) =>
        Self!.PeerUrls.Any(url => url.StartsWith(target.Scheme + "://", StringComparison.Ordinal));

    private string NameOf(Target target)
    {
        SrvRecord record = target.Record;
        string host = record.Port == 2380 ? record.Target : $"{record.Target}:{record.Port}";
        return host == Self?.Name ? host + "-srv" : host;
    }

    private sealed record Target(SrvRecord Record, string Scheme)
    {
        public string Url => $"{Scheme}://{Record.Target}:{Record.Port}";
    }
}
