using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Somebody who adds, promotes, replaces and removes members while everything else happens, and new machines, which ask
/// running members who they are before they start.
/// </summary>
internal sealed class SimulatedMembership(SimulatedCluster cluster)
{
    private const int MostMembers = 7;

    private readonly SimulatedWorld _world = cluster.World;
    private readonly Prng _chance = new Prng(cluster.Plan.Seed).Child("membership");
    private readonly HashSet<NodeId> _added = [];
    private readonly HashSet<NodeId> _removed = [];
    private readonly HashSet<NodeId> _perhapsRemoved = [];
    private int _lastNumber = cluster.Plan.Members;

    /// <summary>Changes that were confirmed.</summary>
    public int Done { get; private set; }

    /// <summary>Asks any member for any change.</summary>
    public string Change()
    {
        SimulatedMember[] there = [.. cluster.Members.Where(static member => member.IsWanted)];
        SimulatedMember victim = there[_chance.Next(there.Length)];
        switch (_chance.Next(10))
        {
            case < 4 when there.Length < MostMembers:
                return Add();
            case < 7:
                return Remove(victim);
            case < 9:
                string removed = Remove(victim);
                _world.After((1 + _chance.Next(3000)) * SimulationPlan.Millisecond, () => Add());
                return $"{removed}, to be replaced";
            default:
                Ask(new MemberChange { Operation = MemberOperation.Promote, Node = victim.Id }, static _ => { });
                return $"{victim.Name} is to be promoted";
        }
    }

    /// <summary>Where the members are, as all of them say; as it was told first if none answers.</summary>
    public IReadOnlyList<PeerAddress> FindPeers(SimulatedMember asking)
    {
        Member[] known = [.. cluster.Processes.Where(one => one.Member.PausedUntil <= _world.Now)
            .SelectMany(static one => MemberRecords.Read(one.Core.Published)).DistinctBy(static member => member.Id)];
        return known.Length == 0 ? asking.Plan!.Peers : AddressesOf(known);
    }

    /// <summary>Where the members are, as those say that a process knows.</summary>
    public IReadOnlyList<PeerAddress> AskForPeers(SimulatedProcess asking) => AddressesOf([.. cluster.Processes
        .Where(one => one != asking && asking.Peers.Knows(one.Id) && one.Member.PausedUntil <= _world.Now)
        .SelectMany(static one => MemberRecords.Read(one.Core.Published)).DistinctBy(static member => member.Id)]);

    /// <summary>What was confirmed must be so at the end.</summary>
    public void Check(IReadOnlyList<NodeId> members)
    {
        foreach (NodeId node in _removed)
        {
            if (members.Contains(node))
                throw new AssertionException($"{node} was removed, and is a member at the end");
        }

        foreach (NodeId node in _added)
        {
            if (!_perhapsRemoved.Contains(node) && !members.Contains(node))
                throw new AssertionException($"{node} was added and never removed, and is no member at the end");
        }
    }

    private string Add()
    {
        int number = ++_lastNumber;
        string url = $"http://10.0.0.{number}:2380";
        Ask(
            new MemberChange { Operation = MemberOperation.Add, PeerUrls = [url] },
            outcome => _added.Add(outcome.Member!.Id));
        AskWhoIAm($"n{number}", url);
        return $"n{number} is to be added";
    }

    private string Remove(SimulatedMember member)
    {
        _perhapsRemoved.Add(member.Id);
        Ask(
            new MemberChange { Operation = MemberOperation.Remove, Node = member.Id },
            _ => _removed.Add(member.Id));
        return $"{member.Name} is to be removed";
    }

    private void Ask(MemberChange change, Action<MemberChangeOutcome> done)
    {
        SimulatedProcess[] running = [.. cluster.Processes];
        if (running.Length == 0)
            return;
        SimulatedProcess process = running[_chance.Next(running.Length)];
        ChangeMembers request = new(change, process.Member.Time.GetTimestamp());
        process.Post(request);
        Poll(process, request, done);
    }

    private void Poll(SimulatedProcess process, ChangeMembers request, Action<MemberChangeOutcome> done) =>
        _world.After(100 * SimulationPlan.Millisecond, () =>
        {
            if (!request.Completion.Task.IsCompleted)
            {
                if (!process.HasEnded)
                    Poll(process, request, done);
                return;
            }

            MemberChangeOutcome outcome = request.Completion.Task.Result;
            _world.Trace.Note(12, (ulong)outcome.Code);
            process.Member.Write($"{request.Change.Operation} {request.Change.Node}: {outcome}");
            if (outcome.Code != MemberChangeCode.Done)
                return;
            Done++;
            done(outcome);
        });

    // As Joining does it, at any member that answers: what that one knows may be old.
    private void AskWhoIAm(string name, string url) => _world.After(
        (300 + _chance.Next(1500)) * SimulationPlan.Millisecond,
        () =>
        {
            SimulatedProcess[] running = [.. cluster.Processes.Where(one => one.Member.PausedUntil <= _world.Now)];
            if (running.Length > 0 && TryStart(name, url, running[_chance.Next(running.Length)]))
                return;
            if (_world.Now < SimulationPlan.Turmoil + (20 * SimulationPlan.Second))
                AskWhoIAm(name, url);
        });

    private bool TryStart(string name, string url, SimulatedProcess asked)
    {
        IReadOnlyList<Member> members = MemberRecords.Read(asked.Core.Published);
        if (members.FirstOrDefault(member => member.PeerUrls.Contains(url)) is not { } self)
            return false;
        JoinPlan plan = new(cluster.ClusterId, self.Id, asked.Core.Status.Voters, AddressesOf(members));
        SimulatedMember machine = new(cluster, cluster.Options(name, []), self.Id) { Plan = plan };
        cluster.Members.Add(machine);
        machine.Start();
        return true;
    }

    private static PeerAddress[] AddressesOf(IReadOnlyList<Member> members) =>
        [.. members.Select(static member => new PeerAddress(member.Id, member.PeerUrls))];
}
