using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>The native executable, called as etcdctl by a link, beside Debian's etcdctl.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class EtcdctlNativeCompareTests
{
    [Test]
    public async Task The_native_executable_answers_as_etcdctl_does()
    {
        using TestFolder folder = new();
        string link = folder.File("etcdctl");
        File.CreateSymbolicLink(link, TestPrograms.Corenode());
        await new EtcdctlComparison((words, environment, input) =>
            ProgramResult.OfAsync(link, words, environment, input)).RunAllAsync();
    }
}
