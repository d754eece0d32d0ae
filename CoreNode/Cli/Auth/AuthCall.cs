using System.CommandLine;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Auth;

/// <summary>
/// Sends one request on users and roles and tells its outcome: text or JSON, exit code, what to do next.
/// </summary>
internal sealed class AuthCall(CliSession session, ParseResult parsed)
{
    /// <summary>Shows what an answer holds; with -o json the answer itself.</summary>
    public Task<int> ShowAsync(V2Request request, Action<AuthOutcome.Done> print) =>
        RunAsync(request, done =>
        {
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(done.Body);
            else
                print(done);
        });

    /// <summary>Makes a change; with -o json the answer, or that it is done where the answer is empty.</summary>
    public Task<int> ChangeAsync(V2Request request, string field, string name, string text) =>
        RunAsync(request, done =>
        {
            if (!session.IsJson(parsed))
            {
                session.Host.Output.WriteLine(text);
                return;
            }

            var json = new StringBuilder("{\"").Append(field).Append("\":");
            EtcdJson.AppendString(json, name);
            session.Host.Output.WriteLine(
                done.Body.Length > 0 ? done.Body : json.Append(",\"done\":true}").ToString());
        });

    /// <summary>Null if there is no such user, else the exit code after saying so.</summary>
    public async Task<int?> HasUserAsync(string name)
    {
        (AuthOutcome outcome, bool isThere) = await FindUserAsync(name);
        if (isThere)
            return session.Fail(ExitCode.Failed, $"user {name} is there already; change it with grant or passwd");
        return outcome is AuthOutcome.Done ? null : Fail(outcome);
    }

    /// <summary>Null if there is such a user, else the exit code after saying so.</summary>
    public async Task<int?> LacksUserAsync(string name)
    {
        (AuthOutcome outcome, bool isThere) = await FindUserAsync(name);
        if (isThere)
            return null;
        return outcome is AuthOutcome.Done
            ? session.Fail(ExitCode.NotFound, $"there is no user {name}; see `corenode user list`")
            : Fail(outcome);
    }

    // In the list, because a single user with a role that is gone is answered with an error.
    private async Task<(AuthOutcome Outcome, bool IsThere)> FindUserAsync(string name)
    {
        using V2Client client = session.OpenClient(parsed);
        AuthOutcome outcome = AuthAnswer.Parse(await client.SendAsync(AuthRequest.Users, session.Host.Cancellation));
        return (outcome, outcome is AuthOutcome.Done done && done.Users.Any(user => user.Name == name));
    }

    private async Task<int> RunAsync(V2Request request, Action<AuthOutcome.Done> print)
    {
        using V2Client client = session.OpenClient(parsed);
        V2Reply reply = await session.WithNoticeAsync(
            client.SendAsync(request, session.Host.Cancellation), "waiting for an answer …");
        AuthOutcome outcome = AuthAnswer.Parse(reply);
        if (outcome is not AuthOutcome.Done done)
            return Fail(outcome);
        print(done);
        return ExitCode.Done;
    }

    private int Fail(AuthOutcome outcome) => outcome switch
    {
        AuthOutcome.Refused { Status: 401 } refused => session.Fail(
            ExitCode.Failed, refused.Message,
            "users and roles are on: say who you are with --user root (its password is asked for), or run it as root "
            + "on a member's machine, through its unix socket"),
        AuthOutcome.Refused { Status: 404 } refused => session.Fail(ExitCode.NotFound, refused.Message),
        AuthOutcome.Refused refused => session.Fail(ExitCode.Failed, refused.Message),
        AuthOutcome.Unreachable { MayHaveHappened: true } lost => session.Fail(
            ExitCode.Failed, $"no answer: {string.Join("; ", lost.Failures)}",
            "whether the change was made is not known: see `corenode user list` and `corenode role list`"),
        AuthOutcome.Unreachable unreachable => session.FailUnreachable(unreachable.Failures),
        _ => throw new InvalidOperationException("that is no failure"),
    };
}
