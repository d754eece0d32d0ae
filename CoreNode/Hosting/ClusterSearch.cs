using System.Net;
using CoreNode.Cluster;
using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// Before a node begins: finds out who the members are where a discovery URL or a domain says so, and whether this
/// machine is one of them or a proxy. What is on disk comes first: a member or proxy asks nobody.
/// </summary>
internal sealed class ClusterSearch(NodeProcess process, INames names)
{
    /// <summary>Where proxies keep the members, below the data folder.</summary>
    internal const string ProxyFile = "proxy/members.json";

    private static readonly TimeSpan s_stillHere = TimeSpan.FromSeconds(20);

    private readonly ILogger _logger = process.Logs.CreateLogger<ClusterSearch>();
    private string _status = "searching the cluster";

    /// <summary>
    /// The options with the members filled in, and whether this node is a proxy; as they are where nothing is to be
    /// found. A proxy that knows members already gets none.
    /// </summary>
    /// <param name="options">The node's options.</param>
    /// <param name="isMember">The data folder is that of a member.</param>
    /// <exception cref="IOException">There is no place for this machine; the message says what to do.</exception>
    internal async Task<NodeOptions> FindAsync(NodeOptions options, bool isMember)
    {
        string where = options.Discovery.Length > 0 ? options.Discovery : options.DiscoverySrv;
        if (where.Length == 0)
            return options;
        RegistrationNote note = new(process.Files, options.DataFolder);
        if (isMember)
        {
            process.Logger.IsMemberAlready(where);
            note.Delete();
            return options;
        }

        string proxyFile = Path.Combine(options.DataFolder, ProxyFile);
        bool mayBeProxy = options.Proxy != ProxyMode.Off || options.FallsBackToProxy;
        if (mayBeProxy && process.Files.Exists(proxyFile))
        {
            process.Logger.IsProxyAlready(where, proxyFile);
            return AsProxy(options, []);
        }

        CheckOwnUrls(options);
        SearchOutcome outcome = await SearchAsync(options, note);
        return outcome switch
        {
            SearchOutcome.Failed failed => throw new IOException(failed.Reason),
            SearchOutcome.Found found => Apply(options, where, found),
            _ => throw new InvalidOperationException("an unknown kind of outcome"),
        };
    }

    private async Task<SearchOutcome> SearchAsync(NodeOptions options, RegistrationNote note)
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(process.Stop);
        Task telling = TellManagerAsync(done.Token);
        try
        {
            // A worker is none of the members, so it has no URLs to write down.
            FoundMember self = new(
                options.Name, options.Proxy == ProxyMode.Off ? options.InitialCluster[0].PeerUrls : []);
            Prng prng = new(Seeds.Fresh());
            return options.Discovery.Length > 0
                ? await SearchDirectoryAsync(options, self, note, prng)
                : await new SrvSearcher(names, TimeProvider.System, _logger, Tell).RunAsync(
                    options.DiscoverySrv, options.Proxy == ProxyMode.Off ? self : null, prng, process.Stop);
        }
        finally
        {
            await done.CancelAsync();
            await telling;
        }
    }

    private async Task<SearchOutcome> SearchDirectoryAsync(
        NodeOptions options, FoundMember self, RegistrationNote note, Prng prng)
    {
        if (!DirectoryUrl.TryParse(options.Discovery, out DirectoryUrl? url, out string? problem))
            throw new IOException($"--discovery {options.Discovery}: {problem}");

        // As in etcd the URL keeps clusters apart, so an identity is worth nothing under another token.
        string? id = options.Proxy == ProxyMode.Off
            ? Identities.OfMember(options.Discovery, self.PeerUrls).ToString()
            : null;
        SearchPlan plan = new()
        {
            Url = url,
            Id = id,
            Self = self,
            HasRegistered = id is not null && note.Matches(options.Discovery, id),
        };
        using DirectoryClient directory = new(url, options.DiscoveryCaFile);
        return await new DirectorySearcher(directory, note, TimeProvider.System, _logger, Tell).RunAsync(
            plan, prng, process.Stop);
    }

    private NodeOptions Apply(NodeOptions options, string where, SearchOutcome.Found found)
    {
        InitialMember[] members = [.. found.Members.Select(m => new InitialMember(m.Name, m.PeerUrls))];
        if (options.Discovery.Length > 0)
            options = options with { InitialClusterToken = options.Discovery };
        if (found.Self is not null)
            return options with { InitialCluster = members };
        string text = string.Join(',', found.Members.Select(m => m.Text));
        if (options.Proxy == ProxyMode.Off && !options.FallsBackToProxy)
        {
            throw new IOException(
                $"the cluster of {where} has its members ({text}), and this machine is none of them. "
                + "--discovery-fallback proxy makes it a proxy; `corenode member add` on a member makes it a member; "
                + "a new token begins a new cluster");
        }

        if (options.Proxy == ProxyMode.Off)
            process.Logger.BecomesProxy(where, text);
        return AsProxy(options, members);
    }

    private static NodeOptions AsProxy(NodeOptions options, InitialMember[] members) => options with
    {
        Proxy = options.Proxy == ProxyMode.Off ? ProxyMode.On : options.Proxy,
        InitialCluster = members,
    };

    // One machine is enough to try things on, so loopback is allowed; several machines would all be "127.0.0.1".
    private void CheckOwnUrls(NodeOptions options)
    {
        if (options.Proxy != ProxyMode.Off)
            return;
        foreach (string text in options.InitialCluster[0].PeerUrls)
        {
            Uri url = new(text);
            bool isLocal = url.IsLoopback
                || (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address)
                    && IPAddress.IsLoopback(address));
            if (!isLocal)
                continue;
            if (options.AddressNotes.Any(note => note.Contains($" {text} ", StringComparison.Ordinal)))
            {
                throw new IOException(
                    "this machine has no address that other members can reach yet: wait for the network, or say one "
                    + "with --initial-advertise-peer-urls");
            }

            process.Logger.PeerUrlIsLocal(text);
        }
    }

    private void Tell(string status)
    {
        Volatile.Write(ref _status, status);
        process.Manager.Waiting(status, 3 * s_stillHere);
    }

    // The members may be switched on tomorrow: a service manager must not take the waiting for a start that hangs.
    private async Task TellManagerAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            process.Manager.Waiting(Volatile.Read(ref _status), 3 * s_stillHere);
            await Task.Delay(s_stillHere, cancellation).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }
}
