using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// A cluster of real processes, of corenode or of etcd, on loopback ports or each in a namespace of its own. Members
/// are stopped, killed, wiped and started again one by one through <see cref="Members"/>. Owned by one test; ends what
/// it started and removes its folders.
/// </summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    private const int ClientPort = 2379;
    private const int PeerPort = 2380;
    private const int WordsShown = 2000;
    private static readonly TimeSpan s_questionTime = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan s_changeTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly ClusterShape _shape;
    private readonly List<ServerProcess> _members = [];
    private readonly List<ServerProcess> _removed = [];
    private readonly HttpClient _http;
    private int _prepared;

    private ClusterProcesses(ClusterShape shape)
    {
        if (shape.Members is < 1 or > ClusterShape.MostMembers)
            throw new ArgumentOutOfRangeException(nameof(shape), shape.Members, "1 to 9 members");
        _shape = shape;
        // One namespace more than members may come, and the clients' own.
        Network = shape.IsIsolated ? new PacketNetwork(Math.Min(shape.Members + 2, 10), shape.Seed) : null;
        _http = new HttpClient(NamespaceSockets.Handler(Clients)) { Timeout = s_questionTime };
    }

    /// <summary>Every member there is, running or not; the first ones in the order of their names m1, m2, …</summary>
    public IReadOnlyList<ServerProcess> Members => _members;

    /// <summary>The network between the members, if they are isolated.</summary>
    public PacketNetwork? Network { get; }

    /// <summary>Where clients live; null for this process' own namespace.</summary>
    public NetworkNamespace? Clients => Network?[0];

    /// <summary>Processes of all members that run.</summary>
    public IEnumerable<int> Pids => Running.Select(m => m.Pid);

    private IEnumerable<ServerProcess> Running => _members.Where(m => m.IsRunning);

    /// <summary>Starts all members on empty folders and waits until each says that it is healthy.</summary>
    public static async Task<ClusterProcesses> StartAsync(ClusterShape shape)
    {
        ClusterProcesses cluster = new(shape);
        try
        {
            for (int i = 0; i < shape.Members; i++)
                cluster._members.Add(cluster.Prepare(cluster._prepared++));
            foreach (ServerProcess member in cluster._members)
                member.Place = member.Place with { OtherMembers = cluster.Others(member) };
            foreach (ServerProcess member in cluster._members)
                member.Launch();
            await cluster.WaitUntilHealthyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until each member that runs says that it is healthy.</summary>
    public Task WaitUntilHealthyAsync() => Task.WhenAll(Running.Select(m => m.WaitUntilReadyAsync()));

    /// <summary>The place of a member in <see cref="Network"/>: the number in its name.</summary>
    public static int PlaceOf(ServerProcess member) =>
        int.Parse(member.Place.Name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>
    /// The member that says it leads and that most others name, null if there is none. A leader that was cut off may
    /// still think that it leads; nobody else does.
    /// </summary>
    public async Task<ServerProcess?> FindLeaderAsync()
    {
        ServerProcess[] asked = [.. Running];
        JsonNode?[] answers = await Task.WhenAll(asked.Select(m => AskAsync(m, "/v2/stats/self")));
        string? named = answers
            .Select(a => (string?)a?["leaderInfo"]?["leader"]).Where(id => !string.IsNullOrEmpty(id))
            .GroupBy(id => id).OrderByDescending(group => group.Count()).FirstOrDefault()?.Key;
        int at = Array.FindIndex(
            answers, a => a is not null && (string?)a["id"] == named && (string?)a["state"] == "StateLeader");
        return at < 0 ? null : asked[at];
    }

    /// <summary>Asks until every member that runs names the same leader.</summary>
    public async Task<ServerProcess> WaitForCommonLeaderAsync(TimeSpan deadline)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < deadline)
        {
            JsonNode?[] answers = await Task.WhenAll(Running.Select(m => AskAsync(m, "/v2/stats/self")));
            string?[] named = [.. answers.Select(a => (string?)a?["leaderInfo"]?["leader"]).Distinct()];
            if (named is [{ Length: > 0 }] && await FindLeaderAsync() is { } leader)
                return leader;
            await Task.Delay(s_pause);
        }
        throw new TimeoutException($"no common leader after {deadline}\n{Words()}");
    }

    /// <summary>Asks until there is a leader.</summary>
    public async Task<ServerProcess> WaitForLeaderAsync(TimeSpan deadline, ServerProcess? other = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < deadline)
        {
            if (await FindLeaderAsync() is { } leader && leader != other)
                return leader;
            await Task.Delay(s_pause);
        }
        throw new TimeoutException($"no leader after {deadline}\n{Words()}");
    }

    /// <summary>What all members that answer count under this name in their metrics, since their last starts.</summary>
    public async Task<double> SumAsync(string metric)
    {
        string?[] texts = await Task.WhenAll(Running.Select(m => TryGetAsync(m, "/metrics")));
        return texts.Sum(text => Count(text ?? "", metric));
    }

    /// <summary>
    /// Adds one more member to the running cluster by POST /v2/members and starts it on an empty folder, without
    /// waiting until it has caught up.
    /// </summary>
    public async Task<ServerProcess> AddAsync()
    {
        ServerProcess added = Prepare(_prepared++);
        added.Place = added.Place with { OtherMembers = Others(added), Joins = true };
        string body = $$"""{"peerURLs":["{{ServerPlace.Text(added.Place.PeerUrl)}}"]}""";
        await ChangeAsync(HttpMethod.Post, "/v2/members", body);
        _members.Add(added);
        added.Launch();
        return added;
    }

    /// <summary>Waits until no member is a learner any more.</summary>
    public async Task WaitUntilAllVoteAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            ServerProcess leader = await WaitForLeaderAsync(s_changeTime);
            JsonNode? list = await AskAsync(leader, "/v2/members");
            if (list?["members"]!.AsArray().All(static m => m!["isLearner"] is null) == true)
                return;
            if (watch.Elapsed > s_changeTime)
                throw new IOException($"a member is a learner still\n{Words()}");
            await Task.Delay(s_pause);
        }
    }

    /// <summary>Removes a member for good by DELETE /v2/members/ID; its process is left to itself.</summary>
    public async Task RemoveAsync(ServerProcess member)
    {
        ServerProcess leader = await WaitForLeaderAsync(s_changeTime);
        JsonNode? list = await AskAsync(leader, "/v2/members");
        string id = list?["members"]!.AsArray()
            .Where(m => (string?)m!["name"] == member.Place.Name).Select(m => (string)m!["id"]!).Single()
            ?? throw new IOException($"the members are not known\n{Words()}");
        await ChangeAsync(HttpMethod.Delete, $"/v2/members/{id}", body: null);
        _members.Remove(member);
        _removed.Add(member);
    }

    /// <summary>What the members said last, for failures.</summary>
    public string Words() =>
        string.Join("\n", _members.Select(m => $"--- {m.Place.Name} {(m.IsRunning ? "runs" : "is down")}:\n{Tail(m)}"));

    public async ValueTask DisposeAsync()
    {
        // A paused process takes SIGKILL as well. One that cannot be ended must not keep the others alive.
        try
        {
            await Task.WhenAll(_members.Concat(_removed).Select(m => m.DisposeAsync().AsTask()));
        }
        finally
        {
            _http.Dispose();
            Network?.Dispose();
        }
    }

    // Its end, or why it broke off.
    private static string Tail(ServerProcess member)
    {
        string text = member.StandardError + member.StandardOutput;
        int fatal = text.IndexOf(" fatal ", StringComparison.Ordinal);
        int from = fatal < 0 ? text.Length - WordsShown : fatal;
        return text.Substring(Math.Max(from, 0), Math.Min(text.Length - Math.Max(from, 0), WordsShown));
    }

    private ServerProcess Prepare(int index)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"m{index + 1}");
        string[] extra =
        [
            "--heartbeat-interval", Milliseconds(_shape.Heartbeat),
            "--election-timeout", Milliseconds(_shape.ElectionTimeout),
            .. _shape.Extra,
            .. _shape.Own(index + 1),
        ];
        if (Network is null)
        {
            return ServerProcess.Prepare(
                _shape.Command,
                extra,
                folder => new ServerPlace(folder, FreePorts.Next(), FreePorts.Next()) { Name = name });
        }
        return ServerProcess.Prepare(
            _shape.Command,
            extra,
            folder => new ServerPlace(folder, ClientPort, PeerPort)
            {
                Name = name,
                Address = PacketNetwork.Address(index + 1).ToString(),
            },
            Network[index + 1],
            Clients);
    }

    private string? Others(ServerProcess member)
    {
        string others = string.Join(',', _members.Where(m => m != member).Select(m => m.Place.InitialMember));
        return others.Length == 0 ? null : others;
    }

    private async Task ChangeAsync(HttpMethod method, string path, string? body)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            // corenode takes changes of members through its unix socket, which no namespace hides; etcd has none.
            ServerProcess leader = await WaitForLeaderAsync(s_changeTime);
            string? socket = File.Exists(leader.Place.SocketPath) ? leader.Place.SocketPath : null;
            using HttpClient patient = new(NamespaceSockets.Handler(Clients, socket)) { Timeout = s_changeTime };
            using HttpRequestMessage request = new(method, $"{leader.Url}{path}");
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await patient.SendAsync(request);
            if (answer.IsSuccessStatusCode)
                return;
            // Not now: etcd wants to have been connected to all others for five seconds.
            if ((int)answer.StatusCode < 500 || watch.Elapsed > s_changeTime)
            {
                string why = await answer.Content.ReadAsStringAsync();
                throw new IOException($"{method} {path} was refused: {why}\n{Words()}");
            }
            await Task.Delay(s_pause);
        }
    }

    private static double Count(string metrics, string name) =>
        metrics.Split('\n').FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line.AsSpan(name.Length + 1), NumberStyles.Float, CultureInfo.InvariantCulture)
            : 0;

    private async Task<JsonNode?> AskAsync(ServerProcess member, string path) =>
        await TryGetAsync(member, path) is { } text ? JsonNode.Parse(text) : null;

    private async Task<string?> TryGetAsync(ServerProcess member, string path)
    {
        try
        {
            return await _http.GetStringAsync($"{member.Url}{path}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private static string Milliseconds(TimeSpan time) =>
        ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
