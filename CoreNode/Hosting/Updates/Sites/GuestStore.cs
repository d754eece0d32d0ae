using System.Text;
using CoreNode.Api.Client;
using CoreNode.Store;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>
/// The cluster of a node whose store is an existing etcd: it is there if the store answers a read that needs a majority
/// of it, and this machine's lease is in it. Any thread.
/// </summary>
/// <param name="store">The way to the store.</param>
/// <param name="options">How one address of it alone is asked.</param>
/// <param name="leaseKey">The key that this machine holds its lease by.</param>
internal sealed class GuestStore(IKvClient store, ClientOptions options, string leaseKey)
{
    // etcd's own troubles: "raft internal error", "during leader election" and what was added there since.
    private const int FirstRaftError = 300;
    private const int LastRaftError = 399;

    /// <summary>Why the store or the lease is not there; empty: both are.</summary>
    public async Task<string> ProblemAsync(CancellationToken cancellation)
    {
        try
        {
            KvOutcome outcome = await store.GetAsync(leaseKey, KvGetOptions.Linearizable, cancellation);
            return outcome switch
            {
                KvOutcome.Done => "",
                KvOutcome.Refused { Error: var error } => Judge(error),
                KvOutcome.Unreachable away => $"the store does not answer: {away.Reason}",
                KvOutcome.Unknown unknown => $"the store does not answer: {unknown.Reason}",
                _ => throw new InvalidOperationException("an unknown kind of outcome"),
            };
        }
        catch (OperationCanceledException)
        {
            return "the store does not answer in time";
        }
    }

    /// <summary>What an address of the store says of itself.</summary>
    public async Task<SiteReply> AskAsync(Uri one, CancellationToken cancellation)
    {
        string url = one.GetLeftPart(UriPartial.Authority);
        if (!ClientEndpoint.TryParse(url, out ClientEndpoint? endpoint, out _))
            return new SiteReply(null, $"{url} is no address of a store");
        try
        {
            using V2Client client = new(options with { Endpoints = [endpoint] });
            V2Reply reply = await client.SendAsync(V2Request.Plain("/health"), cancellation);
            return reply switch
            {
                V2Reply.Answered answer when Read(answer.Body, one.Authority) is { } account => new SiteReply(account),
                V2Reply.Failed failed => new SiteReply(null, failed.Reason),
                _ => new SiteReply(null, $"{url}/health does not answer as an etcd does"),
            };
        }
        catch (ClientConfigurationException wrong)
        {
            return new SiteReply(null, wrong.Message);
        }
    }

    // {"health":"true"}, or a bare boolean from other versions.
    private static WitnessAccount? Read(byte[] body, string name)
    {
        string text = Encoding.UTF8.GetString(body).Replace(" ", "", StringComparison.Ordinal);
        if (!text.Contains("\"health\":", StringComparison.Ordinal))
            return null;
        bool isHealthy = text.Contains("\"health\":\"true\"", StringComparison.Ordinal)
            || text.Contains("\"health\":true", StringComparison.Ordinal);
        return new WitnessAccount(name, isHealthy);
    }

    // Whoever may not read this key has an answer all the same.
    private static string Judge(KvError error) => error.Code switch
    {
        (int)ErrorCode.KeyNotFound => "this machine holds no lease in the store",
        0 or (>= FirstRaftError and <= LastRaftError) => $"the store cannot be read: {error.Message}",
        _ => "",
    };
}
