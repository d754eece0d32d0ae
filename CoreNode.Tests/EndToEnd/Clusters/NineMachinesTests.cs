namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// Nine machines that are started at once with one identical configuration: five members and four proxies of one TLS
/// cluster, which goes on through killed members and a start without the discovery service.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class NineMachinesTests
{
    private const int Members = 5;

    [Test]
    public async Task Nine_machines_with_one_configuration_become_five_members_and_four_proxies()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        await using AlikeMachines machines = new(9);
        await machines.MakeCertificatesAsync();
        machines.Configure(await machines.StartDiscoveryAsync(Members));
        machines.Start(machines.All);
        int[] members = await ServeAllAsync(machines, "first");
        int[] proxies = [.. machines.All.Except(members)];
        Assert.That(proxies, Has.Length.EqualTo(9 - Members));
        Assert.That(proxies.Select(machines.Words), Has.All.Contains("this machine becomes a proxy"));
        await RefusesStrangersAsync(machines);

        // Two of five members less: proxies and members go on, and who comes back is there again.
        await machines.KillAsync(members[..2]);
        foreach (int machine in proxies.Concat(members[2..]))
        {
            await machines.UntilAsync(
                () => machines.PutAsync(machine, $"less-{machine}", "written"), $"a write at {machine} without two");
        }

        machines.Start(members[..2]);
        await ServeAllAsync(machines, "second");

        // Power comes back everywhere, and nobody serves discovery any more.
        machines.StopDiscovery();
        await machines.KillAsync(machines.All);
        machines.Start(machines.All);
        Assert.That(await ServeAllAsync(machines, "third"), Is.EqualTo(members), "each is what it was");
        foreach (int machine in machines.All)
            Assert.That(await machines.GetAsync(machine, "first-1"), Is.EqualTo("written"));
    }

    // Every machine lists the same members, takes a write, and reads everybody's.
    private static async Task<int[]> ServeAllAsync(AlikeMachines machines, string when)
    {
        foreach (int machine in machines.All)
        {
            await machines.UntilAsync(
                async () => await MembersAsync(machines, machine) is { Length: Members },
                $"{Members} members at machine {machine} ({when})");
            await machines.UntilAsync(
                () => machines.PutAsync(machine, $"{when}-{machine}", "written"), $"a write at {machine} ({when})");
        }

        int[] members = await MembersAsync(machines, 1);
        foreach (int machine in machines.All)
        {
            Assert.That(await MembersAsync(machines, machine), Is.EqualTo(members));
            foreach (int writer in machines.All)
                Assert.That(await machines.GetAsync(machine, $"{when}-{writer}"), Is.EqualTo("written"));
        }

        return members;
    }

    private static async Task<int[]> MembersAsync(AlikeMachines machines, int machine)
    {
        string[] names = await machines.MembersAsync(machine);
        return [.. machines.All.Where(m => names.Contains(AlikeMachines.Host(m)))];
    }

    // Members and proxies alike ask for a certificate.
    private static async Task RefusesStrangersAsync(AlikeMachines machines)
    {
        using HttpClient stranger = machines.Stranger();
        foreach (int machine in machines.All)
        {
            await Assert.ThrowsAsync<HttpRequestException>(
                () => stranger.GetStringAsync(AlikeMachines.Url(machine) + "/v2/members"), $"machine {machine}");
        }
    }
}
