using System.Globalization;
using System.Net;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Discovery;

/// <summary>
/// Finds the members of a cluster by the SRV records of a domain. Name servers that do not answer are asked again for
/// ever; a domain without records is a mistake.
/// </summary>
/// <param name="names">Who is asked.</param>
/// <param name="time">Clock of the waits.</param>
/// <param name="logger">Where it says what it does.</param>
/// <param name="tell">Told in one line what is waited for.</param>
public sealed class SrvSearcher(INames names, TimeProvider time, ILogger logger, Action<string> tell)
{
    private const int LongestWaitSeconds = 30;

    private readonly long _start = time.GetTimestamp();

    /// <summary>Runs until the members are known or cannot be.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="self">This machine, or null if it only looks.</param>
    /// <param name="prng">Chance in the waits.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<SearchOutcome> RunAsync(
        string domain, FoundMember? self, Prng prng, CancellationToken cancellation)
    {
        for (int tries = 0; ; tries++)
        {
            (SearchOutcome? outcome, string reason) = await TryAsync(domain, self, cancellation);
            if (outcome is SearchOutcome.Found found)
                logger.Complete(string.Join(',', found.Members.Select(m => m.Text)), Waited());
            if (outcome is not null)
                return outcome;
            double longest = Math.Min(LongestWaitSeconds, Math.Pow(2, Math.Min(tries, 10)));
            TimeSpan wait = TimeSpan.FromSeconds(longest * (0.5 + (0.5 * prng.NextDouble())));
            logger.RetryingNames(domain, reason, (int)Math.Ceiling(wait.TotalSeconds), Waited());
            tell($"{domain}: {reason}");
            await Task.Delay(wait, time, cancellation);
        }
    }

    private async Task<(SearchOutcome? Outcome, string Reason)> TryAsync(
        string domain, FoundMember? self, CancellationToken cancellation)
    {
        string zone = domain.Trim('.');
        NameAnswer<SrvRecord> secure = await names.FindServicesAsync($"_etcd-server-ssl._tcp.{zone}", cancellation);
        NameAnswer<SrvRecord> plain = await names.FindServicesAsync($"_etcd-server._tcp.{zone}", cancellation);

        // Half of the records would be another cluster than all of them.
        if (secure is NameAnswer<SrvRecord>.Failed { Reason: var noSecure })
            return (null, noSecure);
        if (plain is NameAnswer<SrvRecord>.Failed { Reason: var noPlain })
            return (null, noPlain);
        IReadOnlyList<SrvRecord> secureRecords = Records(secure);
        IReadOnlyList<SrvRecord> plainRecords = Records(plain);
        if (secureRecords.Count + plainRecords.Count == 0)
        {
            return (new SearchOutcome.Failed(
                $"{domain} has no SRV records _etcd-server-ssl._tcp or _etcd-server._tcp: make one for each member, "
                + "or find each other with --discovery"), "");
        }

        foreach (SrvRecord both in plainRecords.Where(p => secureRecords.Any(
            s => s.Target == p.Target && s.Port == p.Port)))
        {
            logger.TwoSchemes(domain, string.Create(CultureInfo.InvariantCulture, $"{both.Target}:{both.Port}"));
        }

        (Dictionary<string, IReadOnlyList<IPAddress>> addresses, string? unknown) =
            await ResolveAsync(secureRecords.Concat(plainRecords).Select(r => r.Target), cancellation);
        (HashSet<IPEndPoint> own, string? unknownSelf) = await OwnEndPointsAsync(self, cancellation);
        SearchOutcome outcome = new SrvPlan(domain, self, own, secureRecords, plainRecords, addresses).Decide();

        // It might be one of those whose addresses are not known now.
        bool isUncertain = self is not null && outcome is SearchOutcome.Found { Self: null };
        return isUncertain && (unknown ?? unknownSelf) is { } reason ? (null, reason) : (outcome, "");
    }

    private static IReadOnlyList<SrvRecord> Records(NameAnswer<SrvRecord> answer) =>
        answer is NameAnswer<SrvRecord>.Found found ? found.Records : [];

    private async Task<(Dictionary<string, IReadOnlyList<IPAddress>> Addresses, string? Unknown)> ResolveAsync(
        IEnumerable<string> hosts, CancellationToken cancellation)
    {
        Dictionary<string, IReadOnlyList<IPAddress>> addresses = [];
        string? unknown = null;
        foreach (string host in hosts.Distinct())
        {
            NameAnswer<IPAddress> answer = await names.FindAddressesAsync(host, cancellation);
            if (answer is NameAnswer<IPAddress>.Found found)
                addresses[host] = found.Records;
            else if (answer is NameAnswer<IPAddress>.Failed failed)
                unknown = failed.Reason;
        }

        return (addresses, unknown);
    }

    private async Task<(HashSet<IPEndPoint> EndPoints, string? Unknown)> OwnEndPointsAsync(
        FoundMember? self, CancellationToken cancellation)
    {
        HashSet<IPEndPoint> own = [];
        string? unknown = null;
        foreach (Uri url in (self?.PeerUrls ?? []).Select(text => new Uri(text)))
        {
            NameAnswer<IPAddress> answer = await names.FindAddressesAsync(url.Host, cancellation);
            if (answer is NameAnswer<IPAddress>.Found found)
                own.UnionWith(found.Records.Select(address => new IPEndPoint(address, url.Port)));
            else if (answer is NameAnswer<IPAddress>.Failed failed)
                unknown = failed.Reason;
        }

        return (own, unknown);
    }

    private string Waited() => WaitText.Of(time.GetElapsedTime(_start));
}
