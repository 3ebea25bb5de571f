using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class ListLongTests : CommandTest
{
    [Fact]
    public async Task List_long_is_a_table()
    {
        await DoAsync("rbd create long-name --size 1G");
        await DoAsync("rbd create b --size 2000");

        Assert.Equal(
            "NAME       SIZE     PARENT  FMT  PROT  LOCK\n" +
            "b          2.0 GiB            2            \n" +
            "long-name    1 GiB            2            \n",
            (await RbdAsync("ls -l")).Output);
        Assert.Equal(
            """[{"image":"b","id":"ID","size":2097152000,"format":2},{"image":"long-name","id":"ID","size":1073741824,"format":2}]""" + "\n",
            Mask((await RbdAsync("ls --long --format json")).Output));
    }

    [Fact]
    public async Task List_long_shows_parents_snapshots_protection_and_locks()
    {
        await ImportAsync("parent", (4 << 20) + 4096, seed: 7);
        await DoAsync("rbd snap create parent@s");
        await DoAsync("rbd snap protect parent@s");
        await DoAsync("rbd clone parent@s child");
        await DoAsync("rbd snap create child@t");
        await DoAsync("rbd lock add child id");

        Assert.Equal(
            "NAME      SIZE     PARENT        FMT  PROT  LOCK\n" +
            "child     4.0 MiB  rbd/parent@s    2        excl\n" +
            "child@t   4.0 MiB  rbd/parent@s    2            \n" +
            "parent    4.0 MiB                  2            \n" +
            "parent@s  4.0 MiB                  2  yes       \n",
            (await DoAsync("rbd ls -l")).Output);
        Assert.Equal(
            """
            [{"image":"child","id":"ID","size":4198400,"parent":{"pool":"rbd","pool_namespace":"","image":"parent","snapshot":"s"},"format":2,
            "lock_type":"exclusive"},
            {"image":"child","id":"ID","snapshot":"t","snapshot_id":1,"size":4198400,
            "parent":{"pool":"rbd","pool_namespace":"","image":"parent","snapshot":"s"},"format":2,"protected":"false"},
            {"image":"parent","id":"ID","size":4198400,"format":2},
            {"image":"parent","id":"ID","snapshot":"s","snapshot_id":1,"size":4198400,"format":2,"protected":"true"}]
            """.ReplaceLineEndings("") + "\n",
            Mask((await DoAsync("rbd ls -l --format json")).Output));
    }

    private static string Mask(string output) => IdInJson().Replace(output, "ID");

    [GeneratedRegex(@"(?<=""id"":"")[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex IdInJson();
}
