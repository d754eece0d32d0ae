using System.Text.Json.Nodes;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// The recorded exchanges of users, roles and members: each changes what the next one meets, so they run in order on a
/// fresh server, whose store stands at index 3.
/// </summary>
internal static class AuthCases
{
    /// <summary>The last case, which adds a member.</summary>
    public const string MembersCase = "members_lifecycle";

    /// <summary>Runs all of them and tells the first difference of each.</summary>
    public static async Task RunAsync(Uri server, bool withMembers)
    {
        CaseReplayer replayer = new(server);
        IReadOnlyList<RecordedCase> all = RecordedCase.Load("etcd_v2_auth_cases.jsonl");
        Assert.That(all, Has.Count.EqualTo(8));
        Assert.That(await replayer.IndexAsync(), Is.EqualTo(3));
        foreach (RecordedCase one in all.Where(one => withMembers || one.Name != MembersCase))
        {
            IReadOnlyList<JsonObject> answers = await replayer.RunAsync(one);
            Assert.That(answers, Has.Count.EqualTo(one.Expect.Count));
            for (int i = 0; i < answers.Count; i++)
            {
                if (one.Name == MembersCase)
                    ForgetLearners(answers[i]["body"]);
                string? difference = ExpectedAnswer.Difference(one.Expect[i]!.AsObject(), answers[i]);
                Assert.That(difference, Is.Null, $"{one.Name}, step {i}: {one.Steps[i]!.ToJsonString()}");
            }
        }
    }

    // A member that is added has no vote at first, and its entry says so: see docs/compatibility.md.
    private static void ForgetLearners(JsonNode? body)
    {
        if (body is not JsonObject { } shown || shown["members"] is not JsonArray members)
            return;
        foreach (JsonNode? member in members)
            member!.AsObject().Remove("isLearner");
    }
}
