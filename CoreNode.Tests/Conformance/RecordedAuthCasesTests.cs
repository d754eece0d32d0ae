using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Conformance;

/// <summary>Users and roles as recorded from etcd 3.4.23, on real servers.</summary>
[TestFixture("corenode"), TestFixture("etcd"), Category("Conformance"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RecordedAuthCasesTests(string server)
{
    [Test]
    public async Task Recorded_exchanges_of_users_and_roles_are_answered_as_etcd_did()
    {
        await using ServerProcess process = await ServerProcess.StartAsync(ServerCommand.Named(server));
        await AuthCases.RunAsync(process.Place.ClientUrl, withMembers: true);
    }
}
