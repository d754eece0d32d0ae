using System.Text;

namespace CoreNode.Cli;

/// <summary><c>version</c>.</summary>
internal static class VersionCommand
{
    public const string Summary = "show the version of this binary";

    public static CliCommand Build(CliSession session)
    {
        var command = new CliCommand("version", Summary)
        {
            Examples =
            [
                ("corenode version", "version, commit, runtime and build"),
                ("corenode version -o json", "for programs"),
            ],
        };
        command.SetAction(parsed =>
        {
            BuildInfo build = session.Host.Build;
            session.Host.Output.WriteLine(session.IsJson(parsed) ? ToJson(build) : ToText(build));
            return ExitCode.Done;
        });
        return command;
    }

    private static string ToText(BuildInfo build) =>
        $"corenode {build.Version}\ncommit   {build.Commit}\nruntime  {build.Runtime}\nbuild    {build.Build}";

    private static string ToJson(BuildInfo build)
    {
        var text = new StringBuilder("{\"version\":");
        EtcdJson.AppendString(text, build.Version);
        text.Append(",\"commit\":");
        EtcdJson.AppendString(text, build.Commit);
        text.Append(",\"runtime\":");
        EtcdJson.AppendString(text, build.Runtime);
        text.Append(",\"build\":");
        EtcdJson.AppendString(text, build.Build);
        return text.Append('}').ToString();
    }
}
